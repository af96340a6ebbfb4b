"""Which points go into a frame: pure rules that keep it small."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.vehicle.car import Value
from sandbox.wire import times
from sandbox.wire.frames import Point


@dataclass(slots=True)
class Sampler:
    """Takes what has changed since it was last sent, and only signals that somebody was allowed to have."""

    collect: frozenset[str] = frozenset()
    sent: dict[str, Value] = field(default_factory=dict)

    def choose(self, paths: Iterable[str]) -> None:
        """Collect these signals from now on; ones that are new are sent in full."""
        self.collect = frozenset(paths)
        self.sent = {path: value for path, value in self.sent.items() if path in self.collect}

    def changed(self, signals: Mapping[str, Value], *, at: datetime) -> list[Point]:
        """The collected signals that differ from what was last sent."""
        return self._points({path: signals[path] for path in self._known(signals) if self._differs(path, signals)}, at)

    def whole(self, signals: Mapping[str, Value], *, at: datetime) -> list[Point]:
        """All collected signals, so that the latest values are also the freshest."""
        return self._points({path: signals[path] for path in self._known(signals)}, at)

    def _known(self, signals: Mapping[str, Value]) -> list[str]:
        return [path for path in signals if path in self.collect]

    def _differs(self, path: str, signals: Mapping[str, Value]) -> bool:
        return path not in self.sent or self.sent[path] != signals[path]

    def _points(self, values: Mapping[str, Value], at: datetime) -> list[Point]:
        self.sent.update(values)
        ts = times.render(at)
        return [Point(path=path, value=value, ts=ts) for path, value in values.items()]
