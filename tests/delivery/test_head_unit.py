"""The head unit in daily life: cut lines, restarts, sessions that ran out, changed grants."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from apps_registry.models import Release
from forecourt.delivery import director, jobs
from forecourt.delivery.approval import KeyHolder
from forecourt.delivery.models import Delivery, VehicleReport
from forecourt.vehicles import sessions
from forecourt.vehicles.models import Vehicle
from sandbox.client.errors import PlatformRefusedError, PlatformUnavailableError
from sandbox.client.head_unit import HeadUnit
from tests.delivery.factories import NOW, PLATFORM, Car, InProcess, force, order, publish

pytestmark = pytest.mark.usefixtures("valkey")


@pytest.fixture
def release(car: Car, approval: KeyHolder) -> Release:
    """A published release that the car was ordered to install."""
    release = publish(approval)
    order(car.row, release.app)
    return release


class CutLine(InProcess):
    """A network that is cut wherever a path holds one of these words."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.words = words

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Cut, or pass on."""
        if any(word in request.url.path for word in self.words):
            raise httpx.ConnectError("cut")
        return super().handle_request(request)


def restarted(car: Car, home: Path, network: httpx.BaseTransport) -> HeadUnit:
    """The same head unit after a restart, on another network."""
    facts = car.head_unit.identity.facts
    return HeadUnit(home / "car", facts=facts, platform=PLATFORM, roots=home / "car/roots", transport=network)


def test_without_a_platform_nothing_changes(car: Car, tmp_path: Path) -> None:
    unit = restarted(car, tmp_path, CutLine("/"))
    with pytest.raises(PlatformUnavailableError):
        unit.update(NOW)
    assert unit.installed == {}


def test_a_car_whose_key_is_not_enrolled_is_told_so(car: Car) -> None:
    Vehicle.objects.filter(pk=car.row.pk).update(public_key="0" * 64)
    with pytest.raises(PlatformRefusedError, match="not enrolled") as caught:
        car.head_unit.sign_in()
    assert caught.value.status == 401


def test_a_proxy_that_answers_for_the_platform_is_named(car: Car) -> None:
    car.network.lies = {"poll": b"<h1>Gateway</h1>"}
    with pytest.raises(PlatformUnavailableError):
        car.head_unit.update(NOW)


def test_a_session_that_ran_out_is_renewed(car: Car) -> None:
    car.head_unit.sign_in()
    car.head_unit.platform._token = "worn-out"
    assert car.head_unit.update(NOW).poll.director == 1


@pytest.mark.parametrize("where", ["image/targets", "bins-", "image/metadata/timestamp", "targets.json"])
def test_a_cut_download_is_made_up_for_later(car: Car, release: Release, tmp_path: Path, where: str) -> None:
    network = CutLine(where)
    unit = restarted(car, tmp_path, network)
    assert unit.update(NOW).installed == ()
    network.words = ()
    assert unit.update(NOW).installed == (release.app.slug,)
    assert Delivery.objects.get().state == "installed"


def test_a_report_that_did_not_get_through_stays_owed(car: Car, release: Release, tmp_path: Path) -> None:
    assert restarted(car, tmp_path, CutLine("report")).update(NOW).installed == (release.app.slug,)
    assert Delivery.objects.get().state == "offered"
    restarted(car, tmp_path, InProcess()).update(NOW)
    assert Delivery.objects.get().state == "installed"
    assert VehicleReport.objects.get().counter == 2


def test_a_restart_forgets_nothing(car: Car, release: Release, tmp_path: Path) -> None:
    car.head_unit.update(NOW)
    unit = restarted(car, tmp_path, InProcess())
    assert unit.installed == car.head_unit.installed
    assert (unit.update(NOW).installed, unit.installed[release.app.slug].component.exists()) == ((), True)


def test_an_app_whose_files_were_lost_is_fetched_anew(car: Car, release: Release, tmp_path: Path) -> None:
    car.head_unit.update(NOW)
    car.head_unit.installed[release.app.slug].component.unlink()
    unit = restarted(car, tmp_path, InProcess())
    assert unit.installed == {}
    assert unit.update(NOW).installed == (release.app.slug,)


def test_changed_grants_reach_the_app_without_a_new_download(car: Car, release: Release, tmp_path: Path) -> None:
    car.head_unit.update(NOW)
    car.row.grants.get().items.all().delete()
    jobs.plan_vehicle(vehicle_id=car.row.pk, now=NOW)
    unit = restarted(car, tmp_path, CutLine("/image/"))
    assert unit.update(NOW).refused == ()
    assert unit.installed[release.app.slug].granted == ()


def test_an_update_replaces_the_app_and_its_files(car: Car, release: Release, approval: KeyHolder) -> None:
    car.head_unit.update(NOW)
    before = car.head_unit.installed[release.app.slug].home
    publish(approval, counter=2)
    jobs.plan_vehicle(vehicle_id=car.row.pk, now=NOW)
    assert car.head_unit.update(NOW).installed == (release.app.slug,)
    assert (before.exists(), car.head_unit.installed[release.app.slug].version) == (False, "1.0.2")


def test_a_refusal_is_reported_once(car: Car, release: Release) -> None:
    force(car.row, release, publisher_key="0" * 64)
    car.refuses()
    car.refuses()
    assert VehicleReport.objects.get().counter == 1


def test_a_refused_report_stays_owed_and_loses_nothing_else(car: Car, release: Release) -> None:
    VehicleReport.objects.create(vehicle=car.row, counter=1, document={}, received_at=NOW)
    result = car.head_unit.update(NOW)
    assert (result.installed, len(result.poll.collect)) == ((release.app.slug,), 1)
    assert "already used" in result.unreported
    assert car.head_unit.update(NOW).unreported == ""
    assert Delivery.objects.get().state == "installed"


def test_a_refused_set_is_fetched_again_less_and_less_often(car: Car, release: Release) -> None:
    force(car.row, release, publisher_key="0" * 64)
    tries = [bool(car.head_unit.update(NOW + timedelta(seconds=at)).refused) for at in (0, 1, 2, 30, 31, 32, 119, 120)]
    assert tries == [True, True, False, False, True, False, False, False]
    jobs.plan_vehicle(vehicle_id=car.row.pk, now=NOW)  # a new set is looked at at once
    assert car.head_unit.update(NOW + timedelta(seconds=121)).installed == (release.app.slug,)


def test_an_answer_of_another_shape_is_named(car: Car) -> None:
    car.network.lies = {"poll": b'{"director":"new"}'}
    with pytest.raises(PlatformUnavailableError, match="cannot be read"):
        car.head_unit.update(NOW)


def test_a_platform_that_says_nothing_new_for_too_long_is_not_believed(car: Car, release: Release) -> None:
    """A poll that always says `nothing new` would freeze the car; the signed expiry is the deadline."""
    del release
    car.head_unit.update(NOW)
    late = NOW + director.TIMESTAMP_LIFE
    seen: list[str] = []
    answer = car.network.handle_request

    def watch(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path.rpartition("/")[2])
        return answer(request)

    car.network.handle_request = watch  # type: ignore[method-assign]
    car.head_unit.update(late - timedelta(seconds=1))
    assert "timestamp.json" not in seen
    car.head_unit.update(late)
    assert "timestamp.json" in seen


def test_a_car_session_is_good_for_its_own_car_only(car: Car) -> None:
    assert sessions.read(car.head_unit.platform.headers()["Authorization"].removeprefix("Bearer ")) == car.row.public_id
