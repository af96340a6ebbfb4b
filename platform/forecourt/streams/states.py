"""The life of a command: the table of lawful moves. Pure."""

from collections.abc import Mapping
from typing import Final

from forecourt.streams.errors import CommandStateError
from forecourt.streams.models import Command

State = Command.State
NEXT: Final[Mapping[str, frozenset[str]]] = {
    State.QUEUED: frozenset({State.DELIVERED, State.EXPIRED, State.CANCELLED, State.REJECTED}),
    State.DELIVERED: frozenset({State.ACKNOWLEDGED, State.FAILED, State.EXPIRED}),
    State.ACKNOWLEDGED: frozenset({State.VERIFIED, State.FAILED}),
    State.VERIFIED: frozenset(),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
    State.FAILED: frozenset(),
}


def check(now: str, then: str) -> None:
    """Refuse a move that is not in the table.

    Raises:
        CommandStateError: there is no way from `now` to `then`.
    """
    if then not in NEXT[now]:
        raise CommandStateError(f"A command that is {now} cannot become {then}.")
