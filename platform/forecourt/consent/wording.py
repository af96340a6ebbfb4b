"""Sentences about scopes that a driver can read. Pure."""

from collections.abc import Mapping
from typing import Final

from sandbox.wire import purposes
from sandbox.wire.catalog import Catalog
from sandbox.wire.scopes import Scope

VERBS: Final[Mapping[str, str]] = {
    "read": "See the latest value of",
    "subscribe": "Follow live",
    "history": "See the past of",
    "actuate": "Control",
    "provide": "Provide",
}
PRECISION_LABELS: Final[Mapping[str, str]] = {
    "exact": "Exact",
    "100m": "To about 100 metres",
    "1km": "To about 1 kilometre",
    "city": "Only the city",
    "none": "Not at all",
}
_NAMED: Final = 4  # more signals than these are counted, not listed


def sentence(scope: Scope, catalog: Catalog) -> str:
    """What a scope lets an app do, as one sentence without its full stop."""
    labels = [signal.label for signal in catalog.expand(scope.pattern)]
    what = _listed(labels) if 0 < len(labels) <= _NAMED else f"{len(labels)} signals of {_branch(scope.pattern)}"
    return f"{VERBS[scope.action]}: {what}"


def purpose(slug: str) -> str:
    """Why, in words."""
    return purposes.sentence(slug)


def is_location(path: str) -> bool:
    """Whether a signal says where the car is or was."""
    return any(segment in {"CurrentLocation", "Location"} for segment in path.split("."))


def _listed(labels: list[str]) -> str:
    *first, last = labels
    return f"{', '.join(first)} and {last}" if first else last


def _branch(pattern: str) -> str:
    named = [segment for segment in pattern.split(".") if not segment.startswith("*")]
    return " / ".join(named[1:] or ["the whole car"])
