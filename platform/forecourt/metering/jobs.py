"""What workers do: bring the counters into the table, each batch once."""

from datetime import datetime

from django.db import connection, transaction

from forecourt.metering import batches, selectors
from forecourt.metering.batches import Batch
from forecourt.metering.models import FlushedBatch

ADD = """
INSERT INTO metering_usagecount (day, kind, vehicle, app, count) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (day, kind, vehicle, app) DO UPDATE SET count = metering_usagecount.count + EXCLUDED.count
"""


@transaction.atomic
def flush(*, now: datetime) -> int:
    """Add what was counted to the table; answers how many batches. Killed anywhere, the next run goes on."""
    selectors.hold_still(alone=True)
    batches.set_aside()
    waiting = list(batches.waiting())
    transaction.on_commit(lambda: batches.drop(batch.name for batch in waiting))
    return sum(_add(batch, now=now) for batch in waiting)


def _add(batch: Batch, *, now: datetime) -> bool:
    _, is_new = FlushedBatch.objects.get_or_create(pk=batch.name, defaults={"flushed_at": now})
    if is_new:
        rows = [(batch.day, *count, number) for count, number in sorted(batch.counts.items())]
        with connection.cursor() as cursor:
            cursor.executemany(ADD, rows)
    return is_new
