"""How a grant loses its power: Valkey first, the database second, and back again if the database refuses."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from apps_registry import trail
from forecourt.accounts.models import User
from forecourt.consent import publishing, receipts
from forecourt.consent.models import LIVE, AccessToken, Authorization, AuthorizationCode, Grant, RefreshToken
from forecourt.consent.published import Kind
from forecourt.consent.signals import grants_changed

log = logging.getLogger(__name__)

#: What the streams are told for each way to end.
KINDS: dict[str, Kind] = {
    Grant.Status.REVOKED: "revoked",
    Grant.Status.EXPIRED: "expired",
    Grant.Status.SUPERSEDED: "revoked",
    Grant.Status.PAUSED: "paused",
}


@contextmanager
def withdrawing(grants: Sequence[Grant], *, status: str, at: datetime) -> Iterator[None]:
    """Silence grants, then run the block in one transaction of its own; lift the tombstones if it fails.

    Tombstones before the commit are a deliberate exception to "side effects after commit": they only take rights away.

    Raises:
        ConsentStoreSilentError: Valkey does not answer; nothing was changed.
    """
    publishing.entomb(grants, kind=KINDS[status], at=at)
    try:
        with transaction.atomic(durable=True):
            yield
    except BaseException:
        _lift(grants, at=at)
        raise


def _lift(grants: Sequence[Grant], *, at: datetime) -> None:
    try:
        publishing.restore([grant.pk for grant in grants], at=at)
    except Exception:  # the grants stay silent, which is safe; `rebuild` lifts them
        log.exception("the tombstones of %d grants stay for now", len(grants))


def end_all(grants: Iterable[Grant], *, status: str, by: str, now: datetime) -> list[Grant]:
    """End grants inside `withdrawing`; answers those that were still live. Call `record` last."""
    wanted = Grant.objects.filter(pk__in=[grant.pk for grant in grants], status__in=LIVE).order_by("pk")
    ended = list(wanted.select_for_update(of=("self",)).select_related("app", "vehicle", "authorization"))
    for grant in ended:
        grant.status, grant.epoch, grant.ended_at = status, grant.epoch + 1, now
        grant.save(update_fields=["status", "epoch", "ended_at"])
        transaction.on_commit(partial(publishing.bury, grant, at=now), robust=True)
    for authorization_id in sorted({grant.authorization_id for grant in ended}):
        _drop_tokens(authorization_id, now=now)
    for grant in ended:
        receipts.write(authorization=grant.authorization, kind=status, document=summary(grant) | {"by": by}, now=now)
    return ended


def move(grants: Iterable[Grant], *, to: str, by: User, now: datetime) -> list[Grant]:
    """Pause or resume grants in the caller's transaction, and publish them after the commit; answers those moved."""
    movable = Grant.objects.select_for_update(of=("self",)).select_related("app", "vehicle", "authorization")
    wanted = movable.exclude(status=to).filter(pk__in=[grant.pk for grant in grants], status__in=LIVE)
    moved, resumed = list(wanted.order_by("pk")), to == Grant.Status.ACTIVE
    kind = "resumed" if resumed else to
    for grant in moved:
        grant.status, grant.epoch, grant.paused_by = to, grant.epoch + 1, None if resumed else by
        grant.save(update_fields=["status", "epoch", "paused_by"])
        publishing.publish_on_commit(grant, kind="resumed" if resumed else None, at=now)
    for grant in sorted(moved, key=lambda one: one.authorization.user_id):  # each chain's lock in the same order
        document = summary(grant) | {"by": str(by.pk)}
        receipts.write(authorization=grant.authorization, kind=kind, document=document, now=now)
    record(moved, action=kind, by=str(by.pk), now=now)
    return moved


def record(grants: Iterable[Grant], *, action: str, by: str, now: datetime) -> None:
    """Put changes into the trail, after every row lock, and announce the cars once this is committed."""
    changed = list(grants)
    for grant in changed:
        subject, detail = f"grant:{grant.pk}", summary(grant)
        trail.record(actor=by, action=f"consent.{action}", subject=subject, detail=detail, now=now)
    vehicle_ids = list(dict.fromkeys(grant.vehicle_id for grant in changed))
    transaction.on_commit(lambda: grants_changed.send_robust(Grant, vehicle_ids=vehicle_ids), robust=True)


def summary(grant: Grant) -> dict[str, Any]:
    """A grant in a few words, for receipts and the trail."""
    return {
        "grant": str(grant.pk),
        "app": grant.app.slug,
        "vehicle": grant.vehicle.public_id,
        "epoch": grant.epoch,
        "status": grant.status,
    }


def _drop_tokens(authorization_id: UUID, *, now: datetime) -> None:
    """Take every token and code of an authorization that has no live grant left."""
    Authorization.objects.select_for_update().get(pk=authorization_id)  # token requests wait for the same row
    if Grant.objects.filter(authorization_id=authorization_id, status__in=LIVE).exists():
        return
    AuthorizationCode.objects.filter(authorization_id=authorization_id).delete()
    RefreshToken.objects.filter(authorization_id=authorization_id, revoked__isnull=True).update(revoked=now)
    AccessToken.objects.filter(authorization_id=authorization_id).delete()
