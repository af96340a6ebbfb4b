"""Runs one app for as long as the car wants it, in a confined process.

stdin: a JSON job, then one JSON request a line; stdout: one JSON answer a line, the first when the app is up.
"""

import os
import sys

import msgspec
from wasmtime import Engine
from wasmtime.component import Component

from sandbox.runtime.confine import Limits, confine
from sandbox.runtime.engine import classify, new_engine, start_clock
from sandbox.runtime.host import App
from sandbox.runtime.messages import Job, TickAnswer, TickRequest
from sandbox.runtime.state import Session

LIMITS = Limits(address_space=1 << 30)  # it lives long, so its CPU time is bounded for each event, by fuel


class Running:
    """One app that has started, and what it has done since it was last asked."""

    def __init__(self, engine: Engine, component: Component, job: Job) -> None:
        self._session = Session(job.granted)
        self._app = App(engine, component, self._session, budget=job.budget)

    def tick(self, request: TickRequest) -> TickAnswer:
        """Bring the signals up to date, deliver the event, and hand over what the app did."""
        for path in request.gone:
            self._session.signals.pop(path, None)
        self._session.signals.update(request.changed)
        try:
            return self._answer(error=self._app.send(request.event))
        except Exception as error:  # noqa: BLE001 - whatever stops an app is an answer
            return self._answer(stopped=classify(error))

    def _answer(self, *, error: str | None = None, stopped: str = "") -> TickAnswer:
        session = self._session
        answer = TickAnswer(
            cards=tuple(session.cards),
            actuations=tuple(session.actuations),
            logs=tuple(session.logs),
            denied=dict(session.denied),
            fuel=self._app.fuel_used,
            error=None if error is None else error[:1000],
            stopped=stopped,
        )
        for told in (session.cards, session.actuations, session.logs, session.used, session.denied):
            told.clear()
        return answer


def started(job: Job) -> Running | TickAnswer:
    """Load the compiled code, shut the process in, and start the app; or say why it does not start."""
    engine = new_engine()
    component = Component.deserialize_file(engine, job.code)
    start_clock(engine)
    confine(LIMITS)
    try:
        return Running(engine, component, job)
    except Exception as error:  # noqa: BLE001 - whatever stops an app is an answer
        return TickAnswer(stopped=classify(error))


def main() -> None:
    """Answer requests until the parent closes the pipe or the app is stopped."""
    app = started(msgspec.json.decode(sys.stdin.buffer.readline(), type=Job))
    answer = app if isinstance(app, TickAnswer) else TickAnswer()
    say(answer)
    requests = msgspec.json.Decoder(TickRequest)
    while isinstance(app, Running) and not answer.stopped and (line := sys.stdin.buffer.readline()):
        answer = app.tick(requests.decode(line))
        say(answer)
    os._exit(0)


def say(answer: TickAnswer) -> None:
    """Write one line."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
