"""Writes grants to Valkey, where the data plane reads them. SQL is the truth; all this can be rebuilt from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from redis import RedisError

from forecourt.consent import published
from forecourt.consent.compiled import compile_grant
from forecourt.consent.errors import ConsentStoreSilentError
from forecourt.consent.models import LIVE, Grant
from forecourt.consent.published import Change, Kind, PublishedGrant
from forecourt.consent.valkey import client
from sandbox.wire.catalog import DEFAULT

TOMBSTONE_SECONDS: Final = 86_400  # longer than any cache of a grant
SETTLE: Final = timedelta(seconds=60)  # a younger tombstone may belong to a transaction that has yet to commit


def publish(grant: Grant, *, kind: Kind | None, at: datetime) -> None:
    """Store a live grant for the data plane, and announce the change if there is one."""
    vehicle, key = grant.vehicle.public_id, str(grant.pk)
    with client().pipeline() as pipe:
        pipe.set(published.grant_key(vehicle, key), msgspec.json.encode(document(grant)), exat=grant.expires_at)
        pipe.sadd(published.grants_key(vehicle), key)
        pipe.hset(published.vehicle_key(vehicle), "area", grant.vehicle.price_area)
        pipe.hset(published.vehicle_key(vehicle), "source", grant.vehicle.data_source)
        pipe.delete(published.dead_key(vehicle, key))
        if kind:
            pipe.publish(published.CHANNEL, _change(grant, kind, at, epoch=grant.epoch))
        pipe.execute()


def publish_on_commit(grant: Grant, *, kind: Kind | None, at: datetime) -> None:
    """Publish once the transaction stands; should Valkey fail just then, `rebuild` makes up for it."""
    transaction.on_commit(partial(_publish_current, grant, kind=kind, at=at), robust=True)


@transaction.atomic
def _publish_current(grant: Grant, *, kind: Kind | None, at: datetime) -> None:
    """Publish a grant as it was committed, unless it has changed since: a revocation may have been faster.

    The row lock keeps one from committing in between.
    """
    current = _live().filter(pk=grant.pk, epoch=grant.epoch).first()
    if current is not None:
        publish(current, kind=kind, at=at)


def entomb(grants: Sequence[Grant], *, kind: Kind, at: datetime) -> None:
    """Silence grants at once, before the database knows: this only takes rights away.

    Raises:
        ConsentStoreSilentError: Valkey does not answer.
    """
    if not grants:
        return
    try:
        with client().pipeline() as pipe:
            for grant in grants:
                key = published.dead_key(grant.vehicle.public_id, str(grant.pk))
                pipe.set(key, repr(at.timestamp()), ex=TOMBSTONE_SECONDS)
                pipe.publish(published.CHANNEL, _change(grant, kind, at, epoch=grant.epoch + 1))
            pipe.execute()
    except RedisError as error:
        raise ConsentStoreSilentError from error


def bury(grant: Grant, *, at: datetime) -> None:
    """Remove an ended grant; its tombstone stays for a day."""
    _bury(grant.vehicle.public_id, str(grant.pk), at=at)


def _bury(vehicle: str, grant_id: str, *, at: datetime) -> None:
    with client().pipeline() as pipe:
        pipe.set(published.dead_key(vehicle, grant_id), repr(at.timestamp()), ex=TOMBSTONE_SECONDS)
        pipe.delete(published.grant_key(vehicle, grant_id))
        pipe.srem(published.grants_key(vehicle), grant_id)
        pipe.execute()


def restore(grant_ids: Iterable[UUID], *, at: datetime) -> None:
    """Lift the tombstones of grants whose ending was rolled back; the database says which are live."""
    with transaction.atomic():
        for grant in _live().filter(pk__in=list(grant_ids)):
            publish(grant, kind="resumed" if grant.status == Grant.Status.ACTIVE else "paused", at=at)


def rebuild(*, now: datetime) -> int:
    """Write every live grant anew and bury what is not live; answers how many are live.

    The row locks keep a revocation from committing in between; a tombstone younger than SETTLE is left alone.
    """
    count = 0
    for grant_id in list(Grant.objects.filter(status__in=LIVE).values_list("pk", flat=True)):
        with transaction.atomic():
            grant = _live().filter(pk=grant_id).first()
            if grant is not None and not _is_being_ended(grant, now):
                publish(grant, kind=None, at=now)
                count += 1
    _bury_strays(now=now)
    return count


def document(grant: Grant) -> PublishedGrant:
    """A grant as the data plane sees it."""
    return PublishedGrant(
        grant=str(grant.pk),
        app=grant.app.slug,
        vehicle=grant.vehicle.public_id,
        epoch=grant.epoch,
        exp=None if grant.expires_at is None else int(grant.expires_at.timestamp()),
        status=grant.status,
        items=tuple(compile_grant(grant.items.all(), DEFAULT).values()),
    )


def _live() -> QuerySet[Grant]:
    return Grant.objects.select_for_update(of=("self",)).select_related("app", "vehicle").filter(status__in=LIVE)


def _is_being_ended(grant: Grant, now: datetime) -> bool:
    buried_at = client().get(published.dead_key(grant.vehicle.public_id, str(grant.pk)))
    return buried_at is not None and float(buried_at) > (now - SETTLE).timestamp()


def _bury_strays(*, now: datetime) -> None:
    for key in client().scan_iter(match=published.grants_key("*")):
        vehicle = _text(key).removeprefix("grants:{").removesuffix("}")
        known = {_text(member) for member in client().smembers(key)}
        live = Grant.objects.filter(vehicle__public_id=vehicle, status__in=LIVE).values_list("pk", flat=True)
        for grant_id in known - {str(pk) for pk in live}:
            _bury(vehicle, grant_id, at=now)


def _change(grant: Grant, kind: Kind, at: datetime, *, epoch: int) -> bytes:
    change = Change(
        grant=str(grant.pk),
        vehicle=grant.vehicle.public_id,
        app=grant.app.slug,
        epoch=epoch,
        kind=kind,
        at=at.timestamp(),
    )
    return msgspec.json.encode(change)


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
