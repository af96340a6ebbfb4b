"""The trail: every decision about an app, a grant or a key, append-only and hash-chained.

Each entry's hash covers its content and the hash before it, so that a changed, dropped or inserted entry breaks the
chain from there on. One advisory lock keeps writers in line until their transaction ends: record last, after every
row lock, and keep the rest of the transaction short.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from django.db import connection, transaction

from apps_registry.errors import TrailBrokenError
from apps_registry.models import TrailEvent
from sandbox.wire import canonical

FIRST: Final = "0" * 64
_LOCK: Final = 0x7452_6169_6C  # "tRail"


@transaction.atomic
def record(*, actor: str, action: str, subject: str, detail: Mapping[str, object], now: datetime) -> TrailEvent:
    """Add an entry in the caller's transaction: it stands if and only if the decision stands.

    `detail` holds text, whole numbers, booleans, lists and objects: what JSON in the database gives back unchanged.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = TrailEvent.objects.order_by("-pk").values_list("hash", flat=True).first()
    event = TrailEvent(
        at=now, actor=actor, action=action, subject=subject, detail=dict(detail), prev_hash=last or FIRST
    )
    event.hash = fingerprint(event)
    event.save(force_insert=True)
    return event


def verify() -> int:
    """Follow the whole chain; answers the number of entries.

    Raises:
        TrailBrokenError: an entry was changed, dropped or inserted.
    """
    expected, count = FIRST, 0
    for event in TrailEvent.objects.order_by("pk").iterator(chunk_size=1000):
        if event.prev_hash != expected:
            raise TrailBrokenError(f"Entry {event.pk} does not follow from the one before it.")
        if event.hash != fingerprint(event):
            raise TrailBrokenError(f"Entry {event.pk} is not what was recorded.")
        expected, count = event.hash, count + 1
    return count


def fingerprint(event: TrailEvent) -> str:
    """The SHA-256 of an entry's canonical form."""
    content = {
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "detail": event.detail,
        "prev": event.prev_hash,
    }
    return canonical.digest(content)
