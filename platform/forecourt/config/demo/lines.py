"""Talks with a child process in JSON lines: events come from its output, orders go to its input."""

import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from forecourt.config.demo.errors import StoryError

Event = dict[str, Any]


class Conversation:
    """A child's events, kept in order; waiting for one never loses another."""

    def __init__(self, name: str, child: subprocess.Popen[str], check: Callable[[], None]) -> None:
        self.name, self.events = name, list[Event]()
        self._child, self._check = child, check
        self._arrived: queue.SimpleQueue[Event] = queue.SimpleQueue()
        threading.Thread(target=self._read, name=f"reads {name}", daemon=True).start()

    def order(self, **order: Any) -> None:
        """Send one order."""
        assert self._child.stdin is not None  # noqa: S101 - it was started to be talked with
        self._child.stdin.write(json.dumps(order) + "\n")
        self._child.stdin.flush()

    def wait(self, event: str, *, seconds: float, where: Callable[[Event], bool] = lambda _: True) -> Event:
        """The first event of this kind, already heard or yet to come.

        Raises:
            StoryError: it did not come in time.
            ChildDiedError: a process of the demo ended meanwhile.
        """
        deadline, seen = time.monotonic() + seconds, 0
        while True:
            self._collect()
            for candidate in self.events[seen:]:
                if candidate["event"] == event and where(candidate):
                    return candidate
            seen = len(self.events)
            self._check()
            if time.monotonic() > deadline:
                raise StoryError(f"{self.name} did not say {event!r} within {seconds:.0f} s; {self._last()}")
            time.sleep(0.02)

    def all(self, event: str) -> list[Event]:
        """Every event of this kind so far."""
        self._collect()
        return [candidate for candidate in self.events if candidate["event"] == event]

    def _last(self) -> str:
        return f"it last said {json.dumps(self.events[-1])[:300]}." if self.events else "it has said nothing."

    def _collect(self) -> None:
        while not self._arrived.empty():
            self.events.append(self._arrived.get())

    def _read(self) -> None:
        assert self._child.stdout is not None  # noqa: S101 - it was started to be talked with
        with self._child.stdout as output:
            for line in output:
                said = _event(line)
                if said:
                    self._arrived.put(said)


def _event(line: str) -> Event | None:
    """The line's event; a line that is none is somebody's stray print."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "event" in said else None
