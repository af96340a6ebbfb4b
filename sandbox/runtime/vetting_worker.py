"""Replays a drive to one compiled component in a confined process. stdin: a JSON job; stdout: a JSON report."""

import os
import statistics
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from wasmtime import Engine
from wasmtime.component import Component

from sandbox.runtime.confine import Limits, confine
from sandbox.runtime.engine import classify, new_engine, start_clock
from sandbox.runtime.host import App
from sandbox.runtime.messages import Job, Replay, Report
from sandbox.runtime.replay_rows import MOVING, NOW, Row
from sandbox.runtime.state import Session

LIMITS = Limits(address_space=1 << 30, cpu_seconds=60)
REPLAYS = 2  # all must agree
HURRY = timedelta(seconds=5)
SAMPLES = 50
TEXT_LENGTH = 300


@dataclass
class Run:
    """What one replay showed."""

    session: Session
    fuel: list[int] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    shown_at: datetime | None = None
    hurried: int = 0
    stopped: str = ""
    text: str = ""

    def send(self, app: App, row: Row) -> None:
        """Give one tick to the app and note what came of it."""
        self.session.signals.update(row)
        now, cards = str(self.session.signals[NOW]), len(self.session.cards)
        try:
            error = app.send({"type": "tick", "t": len(self.fuel), NOW: now})
        finally:
            self.fuel.append(app.fuel_used)
        if error is not None:
            self.errors.append((len(self.fuel) - 1, error[:TEXT_LENGTH]))
        if len(self.session.cards) > cards:
            self.note_card(datetime.fromisoformat(now))

    def note_card(self, now: datetime) -> None:
        """Count a card that, in a moving car, replaces another one before a driver could look away from it."""
        soon = self.shown_at is not None and now - self.shown_at < HURRY
        self.hurried += soon and bool(self.session.signals[MOVING])
        self.shown_at = now


def replay(engine: Engine, component: Component, job: Job, rows: list[Row]) -> Run:
    """Send every row as one tick to a fresh instance; whatever stops the app ends the run."""
    run = Run(Session(job.granted))
    try:
        app = App(engine, component, run.session, budget=job.budget)
        for row in rows:
            run.send(app, row)
    except Exception as error:  # noqa: BLE001 - every reason for a stop is a result
        run.stopped, run.text = classify(error), str(error)[:TEXT_LENGTH]
    return run


def vet(engine: Engine, component: Component, job: Job, rows: list[Row]) -> Report:
    """Replay the same rows several times; report the first run, and whether all agree."""
    first, *others = [replay(engine, component, job, rows) for _ in range(REPLAYS)]
    session, cards = first.session, list(dict.fromkeys(first.session.cards))
    return Report(
        imports=tuple(sorted(component.type.imports(engine))),
        ticks=len(first.fuel),
        used=session.used,
        denied=session.denied,
        errors=tuple(first.errors[:SAMPLES]),
        error_count=len(first.errors),
        fuel_p50=int(statistics.median(first.fuel or [0])),
        fuel_max=max(first.fuel, default=0),
        card_count=len(session.cards),
        cards=tuple(cards[:: len(cards) // SAMPLES + 1]),
        actuation_count=len(session.actuations),
        hurried=first.hurried,
        deterministic=all(other == first for other in others),
        stage="run" if first.stopped else "",
        stopped=first.stopped,
        text=first.text,
    )


def main() -> None:
    """Read the compiled code, shut the process in, load and replay, answer, and leave without tidying up.

    The compiler that wrote the code has met bytes that nobody has reviewed: loading it is part of what is confined.
    """
    replay = msgspec.json.decode(sys.stdin.buffer.read(), type=Replay)
    code, engine = Path(replay.job.code).read_bytes(), new_engine()
    start_clock(engine)
    confine(LIMITS)
    component = Component.deserialize(engine, code)
    sys.stdout.buffer.write(msgspec.json.encode(vet(engine, component, replay.job, replay.rows)))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
