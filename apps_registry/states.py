"""Which way a release may move; nothing is published that was not approved."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from apps_registry.errors import IllegalMoveError
from apps_registry.models import Release

Status = Release.Status

NEXT: Final[Mapping[Status, frozenset[Status]]] = {
    Status.SUBMITTED: frozenset({Status.IN_ANALYSIS, Status.WITHDRAWN}),
    Status.IN_ANALYSIS: frozenset({Status.IN_REVIEW, Status.REJECTED, Status.WITHDRAWN}),
    Status.IN_REVIEW: frozenset({Status.APPROVED, Status.REJECTED, Status.WITHDRAWN}),
    Status.APPROVED: frozenset({Status.PUBLISHED, Status.WITHDRAWN}),
    Status.PUBLISHED: frozenset({Status.WITHDRAWN}),
    Status.REJECTED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}


def step(current: str, to: Status) -> Status:
    """Answer `to` if a release may go there from `current`.

    Raises:
        IllegalMoveError: the table has no such edge.
    """
    if to not in NEXT[Status(current)]:
        text = _("A release in the state “%(now)s” cannot move to “%(then)s”.")
        raise IllegalMoveError(text % {"now": Status(current).label, "then": to.label})
    return to
