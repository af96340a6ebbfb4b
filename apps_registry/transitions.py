"""The only writer of a release's status: the move, the row and the trail entry are one."""

from collections.abc import Mapping
from datetime import datetime

from apps_registry import icons, states, trail
from apps_registry.models import Release


def move(release: Release, to: Release.Status, *, actor: str, detail: Mapping[str, object], now: datetime) -> None:
    """Move a release whose row the caller has locked, and record it.

    Raises:
        IllegalMoveError: it cannot go there from where it stands.
    """
    release.status = states.step(release.status, to)
    if to == Release.Status.PUBLISHED:
        release.published_at = now
    release.save(update_fields=["status", "published_at"])
    if to in {Release.Status.PUBLISHED, Release.Status.WITHDRAWN}:
        icons.choose(release.app_id)
    trail.record(actor=actor, action=f"release.{to.value}", subject=named(release), detail=detail, now=now)


def named(release: Release) -> str:
    """How the trail names a release."""
    return f"release:{release.app.slug}@{release.version}"
