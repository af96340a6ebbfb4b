"""One VISS subscription: which data points it lets through, and when. Pure; consent is decided by the caller."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from forecourt.consent.published import Rule
from forecourt.streams import precision
from forecourt.streams.edge.messages import Change, TimeBased
from sandbox.wire import times

Point = tuple[str, Any, str]
COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
RATE_SLACK: Final = 0.001  # seconds; capture times are rounded to milliseconds


class Subscription:
    """Signals of one car that a client wants, and when."""

    def __init__(self, name: str, paths: tuple[str, ...], mode: Change | TimeBased) -> None:
        self.name: Final = name
        self.paths: Final = frozenset(paths)
        self.mode: Final = mode
        self._sent: Final[dict[str, tuple[Any, float]]] = {}

    def pick(self, point: Point, rule: Rule) -> Point | None:
        """The point as it may be sent, or None: withheld, too soon after the last one, or not different enough."""
        path, value, ts = point
        value = precision.coarsen(path, value, rule.precision)
        if value is None:
            return None
        captured = times.parse(ts).timestamp()
        last = self._sent.get(path)
        if last is not None and not self._is_due(last, value, captured, rule):
            return None
        self._sent[path] = value, captured
        return path, value, ts

    def _is_due(self, last: tuple[Any, float], value: Any, captured: float, rule: Rule) -> bool:
        old, sent_at = last
        if rule.max_hz and abs(captured - sent_at) + RATE_SLACK < 1 / rule.max_hz:
            return False
        return not isinstance(self.mode, Change) or changed(old, value, self.mode)


def changed(old: Any, new: Any, change: Change) -> bool:
    """Whether the step from `old` to `new` passes a change filter; texts only know equal and different."""
    if isinstance(old, str) or isinstance(new, str):
        return bool(old != new) == (change.operator != "eq")
    compare: Callable[[float, float], bool] = COMPARE[change.operator]
    return compare(float(new) - float(old), change.difference)
