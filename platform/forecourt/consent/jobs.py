"""What workers do for consent: end what has expired, repair Valkey, clear old rows."""

from datetime import datetime, timedelta
from typing import Final

from oauth2_provider.models import clear_expired

from forecourt.consent import endings, publishing
from forecourt.consent.models import LIVE, AuthorizationRequest, Grant

#: Who ends a grant whose time is over, in the trail.
CLOCK: Final = "forecourt.consent"
REQUESTS_KEPT: Final = timedelta(days=1)


def expire_grants(*, now: datetime) -> int:
    """End every grant whose time is over; streams refused it by its `exp` already. Answers how many."""
    due = Grant.objects.filter(status__in=LIVE, expires_at__lte=now).select_related("app", "vehicle")
    status, count = Grant.Status.EXPIRED, 0
    for grant in due.order_by("expires_at")[:1000]:
        with endings.withdrawing([grant], status=status, at=now):
            ended = endings.end_all([grant], status=status, by=CLOCK, now=now)
            endings.record(ended, action=status, by=CLOCK, now=now)
            count += len(ended)
    return count


def publish_grants(*, now: datetime) -> int:
    """Bring Valkey in line with the database; answers how many grants are live."""
    return publishing.rebuild(now=now)


def clear_old(*, now: datetime) -> None:
    """Drop expired tokens and codes, and requests that nobody answered."""
    clear_expired()
    AuthorizationRequest.objects.filter(created_at__lte=now - REQUESTS_KEPT).delete()
