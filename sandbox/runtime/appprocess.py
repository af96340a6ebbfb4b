"""The car's side of one app: a confined child that gets events and granted signals, and nothing else."""

import os
import subprocess
from collections.abc import Mapping
from typing import Final, Self

import msgspec

from sandbox.runtime import child, compiler, pipes
from sandbox.runtime.codecache import CodeCache
from sandbox.runtime.errors import ChildDiedError, ComponentRefusedError, RuntimeFloorError
from sandbox.runtime.grants import granted_of
from sandbox.runtime.messages import Budget, Granted, Job, TickAnswer, TickRequest

__all__ = ["AppProcess", "Budget", "Granted", "TickAnswer", "granted_of"]

START_TIMEOUT: Final = 20.0
TICK_TIMEOUT: Final = 5.0
RESTARTS: Final = 3  # an app that is stopped more often stays stopped


class AppProcess:
    """One app, for one thread at a time: tick() blocks for milliseconds, start() for seconds when it must compile."""

    def __init__(self, component: bytes, *, granted: Granted, limits: Budget, cache: CodeCache) -> None:
        self._component, self._granted, self._budget = component, granted, limits
        self._cache = cache
        self._child: subprocess.Popen[bytes] | None = None
        self._told: dict[str, object] = {}
        self._stops = 0

    def __enter__(self) -> Self:
        """Start the app."""
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End the app."""
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Compile the component unless that was done before, and start it.

        Raises:
            ComponentRefusedError: it does not compile, or stops before its first event.
            ChildDiedError: compiling or starting took more than the sandbox gives.
        """
        self.close()
        code = compiler.ready(self._component, self._cache)
        self._child = subprocess.Popen(
            child.command("sandbox.runtime.appworker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child.ENVIRONMENT,
            bufsize=0,
        )
        if self._child.stdin is not None:
            os.set_blocking(self._child.stdin.fileno(), False)
        answer = self._ask(Job(code=str(code), granted=self._granted, budget=self._budget), timeout=START_TIMEOUT)
        if answer.stopped:
            self.close()
            raise ComponentRefusedError(code=answer.stopped)

    def tick(self, signals: Mapping[str, object], event: Mapping[str, object]) -> TickAnswer:
        """Deliver one event with the car's signals as they are now; the app sees only the granted ones.

        An app that was stopped is started again, a few times; the answer tells why it was stopped.
        """
        if self._child is None and self._stops > RESTARTS:
            return TickAnswer(error="STOPPED_TOO_OFTEN", stopped="STOPPED_TOO_OFTEN")
        try:
            if self._child is None:
                self.start()
            answer = self._ask(self._request(signals, event), timeout=TICK_TIMEOUT)
            self._check(answer)
        except RuntimeFloorError as error:
            return self._stop(_code(error), TickAnswer())
        if answer.stopped:
            return self._stop(answer.stopped, answer)
        return answer

    def close(self) -> None:
        """End the child; it needs no time to tidy up."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child, self._told = None, {}

    def _request(self, signals: Mapping[str, object], event: Mapping[str, object]) -> TickRequest:
        """What is new for the app. The child never learns of a signal that is not granted."""
        seen = {path: value for path, value in signals.items() if path in self._granted.readable}
        changed = {path: value for path, value in seen.items() if self._told.get(path, seen) != value}
        gone = tuple(self._told.keys() - seen.keys())
        self._told = seen
        return TickRequest(event=dict(event), changed=changed, gone=gone)

    def _check(self, answer: TickAnswer) -> None:
        """The child refuses what is not granted; one that was taken over does not."""
        if not {path for path, _ in answer.actuations} <= self._granted.actuatable:
            raise ChildDiedError(cause="BAD_ANSWER")

    def _ask(self, message: msgspec.Struct, *, timeout: float) -> TickAnswer:
        process, deadline = self._child, pipes.Deadline(timeout)
        if process is None or process.stdin is None or process.stdout is None:
            raise ChildDiedError(cause="NOT_STARTED")
        try:
            pipes.write(process.stdin.fileno(), msgspec.json.encode(message) + b"\n", deadline=deadline)
            line = pipes.read_line(process.stdout.fileno(), deadline=deadline)
            return msgspec.json.decode(line, type=TickAnswer)
        except TimeoutError as late:
            raise ChildDiedError(cause="TIMEOUT") from late
        except (OSError, EOFError) as gone:
            raise ChildDiedError(cause=_end(process)) from gone
        except msgspec.DecodeError as broken:
            raise ChildDiedError(cause="BAD_ANSWER") from broken

    def _stop(self, code: str, answer: TickAnswer) -> TickAnswer:
        self._stops += 1
        self.close()
        return msgspec.structs.replace(answer, error=code, stopped=code)


def _end(process: subprocess.Popen[bytes]) -> str:
    """Why a child that stopped talking ended; one that lives on is killed."""
    try:
        return child.cause(process.wait(timeout=1))
    except subprocess.TimeoutExpired:
        process.kill()
        return child.cause(process.wait())


def _code(error: RuntimeFloorError) -> str:
    match error:
        case ChildDiedError(cause=cause):
            return cause
        case ComponentRefusedError(code=code):
            return code
        case _:
            return type(error).__name__
