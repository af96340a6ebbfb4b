"""The trail: append-only, chained, in the decision's own transaction."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps_registry import trail
from apps_registry.errors import TrailBrokenError
from apps_registry.models import TrailEvent
from tests.factories import NOW

pytestmark = pytest.mark.django_db

TAMPERED = {
    "changed detail": """UPDATE apps_registry_trailevent SET detail = '{"n": 9}' WHERE action = 'second'""",
    "changed actor": "UPDATE apps_registry_trailevent SET actor = 'mallory' WHERE action = 'first'",
    "changed time": "UPDATE apps_registry_trailevent SET at = at + interval '1 microsecond' WHERE action = 'third'",
    "dropped entry": "DELETE FROM apps_registry_trailevent WHERE action = 'second'",
    "dropped first entry": "DELETE FROM apps_registry_trailevent WHERE action = 'first'",
}


def _three_entries() -> None:
    for number, action in enumerate(["first", "second", "third"]):
        trail.record(actor="someone", action=action, subject="app:x", detail={"n": number, "ø": ["ü"]}, now=NOW)


def test_every_entry_carries_the_hash_of_the_one_before() -> None:
    _three_entries()
    first, second, third = TrailEvent.objects.order_by("pk")
    assert first.prev_hash == trail.FIRST
    assert (second.prev_hash, third.prev_hash) == (first.hash, second.hash)
    assert trail.verify() == 3


def test_an_empty_trail_is_unbroken() -> None:
    assert trail.verify() == 0


@pytest.mark.parametrize("tampering", TAMPERED.values(), ids=TAMPERED)
def test_somebody_with_all_rights_on_the_table_is_still_found_out(tampering: str) -> None:
    _three_entries()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE apps_registry_trailevent DISABLE TRIGGER USER")
        cursor.execute(tampering)
    with pytest.raises(TrailBrokenError):
        trail.verify()


def test_an_entry_vanishes_with_the_decision_that_was_rolled_back() -> None:
    with transaction.atomic():
        trail.record(actor="someone", action="app.registered", subject="app:x", detail={}, now=NOW)
        transaction.set_rollback(True)
    assert not TrailEvent.objects.exists()


def test_the_command_counts_the_entries(capsys: pytest.CaptureFixture[str]) -> None:
    _three_entries()
    call_command("verify_trail")
    assert "3 entries, unbroken" in capsys.readouterr().out


def test_the_command_fails_on_a_broken_chain() -> None:
    _three_entries()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE apps_registry_trailevent DISABLE TRIGGER USER")
        cursor.execute(TAMPERED["dropped entry"])
    with pytest.raises(CommandError, match="does not follow"):
        call_command("verify_trail")


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_chain() -> None:
    def write(number: int) -> None:
        trail.record(actor="someone", action="app.registered", subject=f"app:{number}", detail={}, now=NOW)
        connection.close()

    with ThreadPoolExecutor(max_workers=4) as writers:
        list(writers.map(write, range(20)))
    assert trail.verify() == 20
