"""Reads of this package."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Sum

from forecourt.metering import batches
from forecourt.metering.counters import KINDS, Count
from forecourt.metering.models import FlushedBatch, UsageCount

LOCK: Final = 0x6D65746572  # "meter"


def hold_still(*, alone: bool) -> None:
    """Keep counters from moving to the table until the transaction ends; the flush itself holds this alone."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])


@transaction.atomic
def totals() -> dict[str, int]:
    """How often each kind of thing happened, with what has not been flushed yet."""
    hold_still(alone=False)
    rows = UsageCount.objects.values_list("kind").annotate(total=Sum("count"))
    sums = Counter(dict(rows))
    for count, number in _unflushed().items():
        sums[count.kind] += number
    return {kind: sums[kind] for kind in KINDS}


@transaction.atomic
def apps_today(vehicle: str, *, now: datetime) -> dict[str, Counter[str]]:
    """How often each kind of thing happened today (UTC) between a car and each of its apps."""
    hold_still(alone=False)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for row in UsageCount.objects.filter(day=now.date(), vehicle=vehicle).exclude(app=""):
        sums[row.app][row.kind] += row.count
    fresh = batches.running_on(now.date())
    for batch in batches.waiting():
        if batch.day == now.date() and not FlushedBatch.objects.filter(pk=batch.name).exists():
            fresh.update(batch.counts)
    for count, number in fresh.items():
        if count.app and count.vehicle == vehicle:
            sums[count.app][count.kind] += number
    return dict(sums)


def _unflushed() -> Counter[Count]:
    unflushed = batches.running()
    for batch in batches.waiting():
        if not FlushedBatch.objects.filter(pk=batch.name).exists():
            unflushed.update(batch.counts)
    return unflushed
