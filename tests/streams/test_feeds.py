"""Prices: in from the area's partner, whole or not at all; out under a live grant."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from forecourt.accounts.models import Organisation
from forecourt.consent.models import Grant
from forecourt.streams import jobs, keys, valkey
from forecourt.streams.models import Feed, PriceSlot
from tests import factories
from tests.streams import rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]
DAY = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)


def _slots(count: int = 96, *, start: datetime = DAY) -> list[dict[str, str]]:
    return [
        {
            "start": f"{start + timedelta(minutes=15 * n):%Y-%m-%dT%H:%M:%SZ}",
            "end": f"{start + timedelta(minutes=15 * (n + 1)):%Y-%m-%dT%H:%M:%SZ}",
            "eur_per_mwh": f"{n - 10}.50" if n != 10 else "-0.50",
        }
        for n in range(count)
    ]


def _put(client: APIClient, slots: list[dict[str, str]], area: str = "DK1") -> Any:
    body = {"source": "recorded", "label": "Day-ahead, Energinet", "slots": slots}
    return client.put(f"/v1/feeds/{area}/prices", body, format="json")


def test_a_partner_pushes_a_day_and_it_becomes_the_latest_value() -> None:
    answer = _put(rows.partner_client(), _slots())
    assert (answer.status_code, answer.json()) == (200, {"accepted": 96})
    assert PriceSlot.objects.count() == 96
    points = valkey.latest(keys.feed("DK1"), ["Energy.Price.Forecast", "Energy.Price.Area", "Energy.Price.Current"])
    assert points["Energy.Price.Forecast"]["value"].startswith('[{"start":"2026-03-01T23:00:00Z"')
    assert points["Energy.Price.Area"]["value"] == "DK1"
    assert "Energy.Price.Current" not in points  # the day is long past


def test_the_price_of_now_is_known_while_a_slot_covers_it() -> None:
    now = timezone.now()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    _put(rows.partner_client(), _slots(2, start=quarter))
    jobs.publish_all_prices(now=now)
    assert valkey.latest(keys.feed("DK1"), ["Energy.Price.Current"])["Energy.Price.Current"]["value"] == -10.5


def test_pushing_a_day_again_replaces_it() -> None:
    client = rows.partner_client()
    _put(client, _slots())
    again = [slot | {"eur_per_mwh": "7.00"} for slot in _slots()]
    assert _put(client, again).status_code == 200
    assert {str(slot.eur_per_mwh) for slot in PriceSlot.objects.all()} == {"7.00"}


FLAWS: dict[str, tuple[Any, str]] = {
    "overlap": (lambda slots: [*slots, slots[5]], "OverlapError"),
    "missing": (lambda slots: slots[:5] + slots[6:], "MissingSlotError"),
    "an hour long": (lambda slots: [slots[0] | {"end": slots[3]["end"]}], "WrongLengthError"),
    "a float": (lambda slots: [slots[0] | {"eur_per_mwh": 20.05}], "PriceError"),
    "no time": (lambda slots: [slots[0] | {"start": "midnight"}], "PriceError"),
    "empty": (lambda _slots: [], "PriceError"),
}


@pytest.mark.parametrize(("spoil", "name"), FLAWS.values(), ids=FLAWS)
def test_flawed_prices_are_refused_and_nothing_changes(spoil: Any, name: str) -> None:
    client = rows.partner_client()
    _put(client, _slots())
    before = valkey.latest(keys.feed("DK1"), ["Energy.Price.Forecast"])
    answer = _put(client, spoil(_slots()))
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{name}")
    assert PriceSlot.objects.count() == 96
    assert valkey.latest(keys.feed("DK1"), ["Energy.Price.Forecast"]) == before


@pytest.mark.parametrize("area", ["ABCDEFGHIJK", "dk1", "X"])
def test_an_area_is_written_as_cars_name_theirs(area: str) -> None:
    answer = _put(rows.partner_client(), _slots(), area=area)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/BadRequestError")
    assert not Feed.objects.exists()


def test_an_area_belongs_to_its_first_partner() -> None:
    _put(rows.partner_client(), _slots())
    answer = _put(rows.partner_client("Other Energy"), _slots())
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/FeedNotYoursError")
    assert Feed.objects.get().organisation == Organisation.objects.get(slug="fjord-energi")


@pytest.mark.parametrize("changes", [{"scope": "read:Energy.Price"}, {"organisation": "nobody"}])
def test_only_a_partner_with_the_scope_may_push(changes: dict[str, str]) -> None:
    rows.partner_client()
    fields: dict[str, Any] = {"scope": "provide:Energy.Price", "organisation": "fjord-energi"} | changes
    client = rows.client(rows.facts(**fields))
    assert _put(client, _slots()).status_code == 403
    assert not Feed.objects.exists()


def test_an_app_reads_prices_only_where_a_driver_allowed_it() -> None:
    _put(rows.partner_client(), _slots())
    grant = rows.grant("read:Energy.Price.Forecast")
    client = rows.client(rows.facts(grant))
    asked = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T01:00:00Z"}
    answer = client.get("/v1/feeds/DK1/prices", asked).json()
    assert (answer["source"], len(answer["slots"])) == ("recorded", 4)
    assert client.get("/v1/feeds/DK2/prices").json()["code"] == "not_granted"
    Grant.objects.filter(pk=grant.pk).update(status="revoked")
    assert client.get("/v1/feeds/DK1/prices").status_code == 403


def test_a_car_gets_prices_only_while_an_app_on_it_may_read_them() -> None:
    _put(rows.partner_client(), _slots())
    car = factories.vehicle()
    client = rows.car_client(car)
    assert client.get("/vehicle/v1/feeds").status_code == 403
    rows.grant("subscribe:Energy.Price", vehicle=car)
    answer = client.get("/vehicle/v1/feeds").json()
    assert (answer["area"], answer["label"], len(answer["slots"])) == ("DK1", "Day-ahead, Energinet", 96)
