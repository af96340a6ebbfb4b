"""Vehicle reports: the only proof of success, believed once, and only from the car itself."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from apps_registry.models import Release
from forecourt.delivery import jobs, services, tasks
from forecourt.delivery.approval import KeyHolder, path_of
from forecourt.delivery.errors import ForgedReportError, MalformedReportError, ReplayedReportError
from forecourt.delivery.models import Delivery, Installation, VehicleReport
from forecourt.vehicles import sessions
from forecourt.vehicles.models import Vehicle
from sandbox.wire import reports
from tests import factories
from tests.delivery.factories import NOW, order, publish

KEY = Ed25519PrivateKey.from_private_bytes(b"v" * 32)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey", "repository")]


@pytest.fixture
def release(approval: KeyHolder) -> Release:
    """A published release."""
    return publish(approval)


@pytest.fixture
def vehicle(release: Release) -> Vehicle:
    """A car that was ordered to install the release."""
    vehicle = factories.vehicle(public_key=KEY.public_key().public_bytes_raw().hex())
    order(vehicle, release.app)
    return vehicle


def line(release: Release) -> reports.InstalledRelease:
    return reports.InstalledRelease(
        app=release.app.slug,
        version=release.version,
        path=path_of(release),
        length=release.bundle.size,
        sha256=release.bundle_id,
        counter=release.counter,
    )


def report(
    about: Vehicle, *releases: Release, counter: int = 1, key: Ed25519PrivateKey = KEY, **fields: object
) -> dict[str, Any]:
    """What the car says that it has, signed."""
    values: dict[str, Any] = {
        "vehicle": about.public_id,
        "serial": about.head_unit_serial,
        "counter": counter,
        "time": "2026-11-22T12:00:00Z",
        "director": 2,
        "installed": tuple(line(release) for release in releases),
    }
    return reports.sign(reports.Report(**values | fields), key)


def take(vehicle: Vehicle, document: object) -> None:
    services.take_report(vehicle, document, now=NOW)


def test_a_report_makes_a_delivery_succeed(vehicle: Vehicle, release: Release) -> None:
    take(vehicle, report(vehicle, release))
    assert Delivery.objects.get().state == "installed"


def test_a_report_by_another_key_is_refused(vehicle: Vehicle, release: Release) -> None:
    with pytest.raises(ForgedReportError):
        take(vehicle, report(vehicle, release, key=Ed25519PrivateKey.generate()))
    assert Delivery.objects.get().state == "planned"


def test_a_report_that_was_changed_is_refused(vehicle: Vehicle, release: Release) -> None:
    document = report(vehicle, release)
    document["report"]["counter"] = 2
    with pytest.raises(ForgedReportError):
        take(vehicle, document)


@pytest.mark.parametrize("lie", [{"vehicle": "car-0000000000"}, {"serial": "HU-666"}], ids=["public id", "serial"])
def test_a_report_about_another_car_is_refused(vehicle: Vehicle, release: Release, lie: dict[str, Any]) -> None:
    with pytest.raises(ForgedReportError):
        take(vehicle, report(vehicle, release, **lie))


def test_a_report_that_is_sent_again_is_refused_and_changes_nothing(vehicle: Vehicle, release: Release) -> None:
    document = report(vehicle, release)
    take(vehicle, document)
    with pytest.raises(ReplayedReportError):
        take(vehicle, document)
    assert Installation.objects.count() == 1


def test_an_old_report_after_a_new_one_is_refused(vehicle: Vehicle, release: Release) -> None:
    take(vehicle, report(vehicle, counter=5))
    with pytest.raises(ReplayedReportError):
        take(vehicle, report(vehicle, release, counter=4))
    assert VehicleReport.objects.get().counter == 5


BROKEN = {
    "no document": "hello",
    "no signature": {"report": {}},
    "a number for a signature": {"report": {}, "signature": 7},
    "half a signature": {"report": {}, "signature": "abc"},
}


@pytest.mark.parametrize("document", BROKEN.values(), ids=BROKEN)
def test_what_is_no_report_is_refused(vehicle: Vehicle, document: object) -> None:
    with pytest.raises((MalformedReportError, ForgedReportError)):
        take(vehicle, document)


def test_a_signed_document_of_another_shape_is_refused(vehicle: Vehicle) -> None:
    body = {"something": "else"}
    signature = KEY.sign(reports.PREFIX + b'{"something":"else"}').hex()
    with pytest.raises(MalformedReportError, match="something"):
        take(vehicle, {"report": body, "signature": signature})


def test_two_releases_of_one_app_are_refused(vehicle: Vehicle, release: Release, approval: KeyHolder) -> None:
    with pytest.raises(MalformedReportError, match="one release"):
        take(vehicle, report(vehicle, release, publish(approval, counter=2)))


def test_another_hash_under_the_ordered_name_is_no_success(vehicle: Vehicle, release: Release) -> None:
    other = msgspec.structs.replace(line(release), sha256="0" * 64)
    take(vehicle, report(vehicle, installed=(other,)))
    assert Delivery.objects.get().state == "planned"


def test_a_delivery_is_counted_once_however_often_the_car_reports(vehicle: Vehicle, release: Release) -> None:
    for counter in range(1, 4):
        take(vehicle, report(vehicle, release, counter=counter))
        jobs.plan_vehicle(vehicle_id=vehicle.pk, now=NOW)
    assert Delivery.objects.filter(state="installed").count() == Delivery.objects.count() == 1
    assert Installation.objects.count() == 1


def test_a_refusal_fails_the_delivery_with_its_reason(vehicle: Vehicle, release: Release) -> None:
    refusal = reports.Refusal(path=path_of(release), reason="WrongHardware: no")
    take(vehicle, report(vehicle, refused=(refusal,)))
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("failed", "WrongHardware: no")


def test_the_upkeep_gives_up_only_what_is_past_its_deadline(vehicle: Vehicle) -> None:
    tasks.count_lost()
    assert Delivery.objects.get().state == "planned"
    Delivery.objects.update(deadline=NOW)
    tasks.count_lost()
    assert Delivery.objects.get(vehicle=vehicle).state == "lost"


def test_a_silent_car_counts_as_lost_and_a_late_success_still_counts(vehicle: Vehicle, release: Release) -> None:
    assert jobs.count_lost(now=NOW + timedelta(days=4)) == 1
    assert Delivery.objects.get().state == "lost"
    take(vehicle, report(vehicle, release))
    assert Delivery.objects.get().state == "installed"


def test_reports_and_their_flaws_over_http(vehicle: Vehicle, release: Release, client: Client) -> None:
    headers = {"Authorization": f"Bearer {sessions.issue(vehicle.public_id)}"}
    document = report(vehicle, release)
    answers = [
        client.post("/vehicle/v1/report", sent, content_type="application/json", headers=headers)
        for sent in (document, document, report(vehicle, counter=2, key=Ed25519PrivateKey.generate()))
    ]
    assert [answer.status_code for answer in answers] == [200, 409, 403]
    assert answers[1].json()["type"] == "/problems/ReplayedReportError"
