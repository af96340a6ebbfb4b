"""Scopes: `action:pattern[@precision]`, what an app may do with which signals.

A pattern is a root and any number of `.Segment`, `.*` (exactly one level) or `.**` (any number of levels, also none).
A pattern that ends in a name means its whole subtree, as if it ended in `.**`.
The scope of a token is only its ceiling: the driver's live grant decides.
"""

import re
from functools import lru_cache
from typing import Final, Self

import msgspec
from typing_extensions import override

from sandbox.wire.errors import ScopeError

__all__ = ["ACTIONS", "APP_ACTIONS", "PRECISIONS", "ROOTS", "Scope", "ScopeError", "matches", "parse_many"]

ACTIONS: Final = ("read", "subscribe", "history", "actuate", "provide")
#: What an app may ask of a car; `provide` is for cars and data partners.
APP_ACTIONS: Final = ACTIONS[:-1]
PRECISIONS: Final = ("exact", "100m", "1km", "city", "none")
ROOTS: Final = ("Vehicle", "Energy")
#: Scopes of OpenID Connect that may stand beside ours.
OIDC: Final = frozenset({"openid", "offline_access"})
MAX_PATTERN: Final = 200

_PATTERN: Final = re.compile(rf"(?:{'|'.join(ROOTS)})(?:\.(?:[A-Za-z][A-Za-z0-9_]*|\*\*?))*")


class Scope(msgspec.Struct, frozen=True):
    """One permission: an action on the signals of a pattern, at a precision."""

    action: str
    pattern: str
    precision: str = "exact"

    def __post_init__(self) -> None:
        """Refuse parts outside the grammar."""
        if self.action not in ACTIONS:
            raise ScopeError(f"{self.action[:40]!r} is not an action; use one of {', '.join(ACTIONS)}")
        if len(self.pattern) > MAX_PATTERN or not _PATTERN.fullmatch(self.pattern):
            raise ScopeError(f"{self.pattern[:80]!r} is not a path from {' or '.join(ROOTS)}")
        if self.precision not in PRECISIONS:
            raise ScopeError(f"{self.precision[:40]!r} is not a precision; use one of {', '.join(PRECISIONS)}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one scope.

        Raises:
            ScopeError: it does not follow the grammar.
        """
        action, colon, rest = text.partition(":")
        if not colon:
            raise ScopeError(f"{text[:80]!r} is not a scope like read:Vehicle.Speed")
        pattern, at, precision = rest.partition("@")
        return cls(action, pattern, precision if at else "exact")

    @override
    def __str__(self) -> str:
        """The shortest text that parses to this scope."""
        suffix = "" if self.precision == "exact" else f"@{self.precision}"
        return f"{self.action}:{self.pattern}{suffix}"


def parse_many(text: str) -> tuple[Scope, ...]:
    """Read a space-separated list, each scope once, in order; the OpenID Connect scopes are passed over.

    Raises:
        ScopeError: one of them does not follow the grammar.
    """
    return tuple(dict.fromkeys(Scope.parse(word) for word in text.split() if word not in OIDC))


def matches(pattern: str, path: str) -> bool:
    """Whether a concrete `path` is covered by `pattern`; linear but for the last `**`, so no pattern is costly."""
    wanted, given = _segments(pattern), path.split(".")
    at = here = 0
    anchor, mark = -1, 0  # the last `**` seen, and how far it has swallowed
    while here < len(given):
        want = wanted[at] if at < len(wanted) else None
        if want == "**":
            anchor, mark, at = at, here, at + 1
        elif want in ("*", given[here]):
            at, here = at + 1, here + 1
        elif anchor >= 0:
            mark += 1
            at, here = anchor + 1, mark
        else:
            return False
    return all(rest == "**" for rest in wanted[at:])


@lru_cache(maxsize=1024)
def _segments(pattern: str) -> tuple[str, ...]:
    parts = tuple(pattern.split("."))
    return parts if parts[-1] in ("*", "**") else (*parts, "**")
