"""Usage is counted once, whatever dies on the way from Valkey to the table."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from redis import Redis

from forecourt.metering import batches, counters, jobs, selectors, tasks
from forecourt.metering.counters import Count
from forecourt.metering.models import UsageCount
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]
NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
COUNT = Count("delivered", "car-a", "smart-charging")


def test_counts_move_to_the_table_and_totals_stay(valkey: Redis) -> None:
    counters.incr(valkey, COUNT, now=NOW, number=3)
    assert selectors.totals()["delivered"] == 3
    assert jobs.flush(now=NOW) == 1
    assert not list(batches.waiting())
    counters.incr(valkey, COUNT, now=NOW)
    assert selectors.totals()["delivered"] == 4
    tasks.flush()
    row = UsageCount.objects.get()
    assert (str(row.day), row.vehicle, row.app, row.count) == ("2026-11-22", "car-a", "smart-charging", 4)


def test_a_batch_that_was_not_dropped_is_not_counted_again(valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    counters.incr(valkey, COUNT, now=NOW)
    monkeypatch.setattr(batches, "drop", lambda _names: None)  # the worker is killed after the commit
    jobs.flush(now=NOW)
    assert jobs.flush(now=NOW) == 0
    assert selectors.totals()["delivered"] == UsageCount.objects.get().count == 1


def test_a_batch_set_aside_by_a_killed_worker_is_found(valkey: Redis) -> None:
    counters.incr(valkey, COUNT, now=NOW)
    batches.set_aside()
    assert selectors.totals()["delivered"] == 1
    assert jobs.flush(now=NOW) == 1


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("reviewer", 200), (None, 403)])
def test_only_the_carmaker_sees_usage(client: Client, role: str | None, status: int) -> None:
    client.force_login(factories.carmaker_person(role) if role else factories.user())
    answer: Any = client.get("/v1/usage")
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == dict.fromkeys(counters.KINDS, 0)
