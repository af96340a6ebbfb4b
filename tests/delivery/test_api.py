"""The addresses for cars, mirrors and the carmaker."""

import json

import pytest
from django.test import Client
from pytest_django import Settings
from tuf.api.metadata import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp

from apps_registry.models import Release
from forecourt.delivery import selectors
from forecourt.delivery.approval import KeyHolder, path_of
from forecourt.delivery.director import TARGETS_LIFE, TIMESTAMP_LIFE, signed_set
from forecourt.delivery.keys import Keyring
from forecourt.vehicles import sessions
from forecourt.vehicles.models import Vehicle
from tests import factories
from tests.delivery.factories import NOW, order, publish, submitted, withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey", "repository")]


@pytest.fixture
def release(approval: KeyHolder) -> Release:
    """A published release."""
    return publish(approval)


@pytest.fixture
def vehicle(release: Release) -> Vehicle:
    """A car that was ordered to install the release."""
    vehicle = factories.vehicle()
    order(vehicle, release.app)
    return vehicle


def bearer(vehicle: Vehicle) -> dict[str, str]:
    return {"Authorization": f"Bearer {sessions.issue(vehicle.public_id)}"}


def test_numbered_metadata_may_be_kept_for_ever_and_the_timestamp_not(client: Client) -> None:
    kept = [client.get(f"/image/metadata/{name}")["Cache-Control"] for name in ("1.root.json", "timestamp.json")]
    assert kept == ["public, max-age=31536000, immutable", "no-cache"]


NAMES = ["2.root.json", "secrets.json", "1.ROOT.json", "0.root.json", "timestamp.json.bak", "%2e%2e%2fkeys"]


@pytest.mark.parametrize("name", NAMES)
def test_other_names_are_not_found(client: Client, name: str) -> None:
    assert client.get(f"/image/metadata/{name}").status_code == 404


def test_a_listed_bundle_is_served_under_its_hash(client: Client, release: Release) -> None:
    answer = client.get(f"/image/targets/{release.bundle_id}.{path_of(release)}")
    assert (len(answer.content), answer["ETag"]) == (release.bundle.size, f'"{release.bundle_id}"')


def test_a_bundle_in_s3_is_fetched_from_there(
    client: Client, release: Release, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    settings.BLOB_STORE_URL = "s3://bundles?endpoint=http://127.0.0.1:1&region=eu-north-1"
    answer = client.get(f"/image/targets/{release.bundle_id}.{path_of(release)}")
    assert (answer.status_code, "X-Amz-Expires=900" in answer["Location"]) == (302, True)


def test_an_unreviewed_bundle_is_not_served(client: Client, release: Release) -> None:
    waiting = submitted(counter=release.counter + 1)
    assert client.get(f"/image/targets/{waiting.bundle_id}.{path_of(waiting)}").status_code == 404


def test_a_withdrawn_bundle_is_no_longer_served(client: Client, release: Release, approval: KeyHolder) -> None:
    withdraw(approval, release)
    assert client.get(f"/image/targets/{release.bundle_id}.{path_of(release)}").status_code == 404


@pytest.mark.parametrize("name", ["1.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"])
def test_a_car_fetches_its_set(client: Client, vehicle: Vehicle, name: str) -> None:
    answer = client.get(f"/director/{vehicle.public_id}/metadata/{name}", headers=bearer(vehicle))
    assert json.loads(answer.content)["signatures"]
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ["2.root.json", "1.targets.json", "3.targets.json"])
def test_the_set_has_no_other_files(client: Client, vehicle: Vehicle, name: str) -> None:
    answer = client.get(f"/director/{vehicle.public_id}/metadata/{name}", headers=bearer(vehicle))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/MetadataNotFoundError")


@pytest.mark.parametrize("path", ["/director/car-x/metadata/timestamp.json", "/vehicle/v1/poll", "/vehicle/v1/report"])
def test_without_a_session_there_is_nothing(client: Client, path: str) -> None:
    answer = client.get(path) if path.startswith("/director") else client.post(path)
    assert answer.status_code == 401


def test_a_poll_says_what_is_new(client: Client, vehicle: Vehicle) -> None:
    asked = {"have": {"director": 1}}
    answer = client.post("/vehicle/v1/poll", asked, content_type="application/json", headers=bearer(vehicle)).json()
    assert (answer["director"], answer["next_poll_s"], answer["feeds"]) == (2, 30, [])


def test_the_carmaker_sees_how_far_each_car_came(client: Client, vehicle: Vehicle) -> None:
    client.force_login(factories.carmaker_person("operator"))
    (entry,) = client.get("/v1/deliveries?app=smart-charging&version=1.0.1").json()
    assert (entry["vehicle"], entry["state"]) == (vehicle.public_id, "planned")
    assert client.get("/v1/deliveries?version=9.9.9").json() == []


def test_nobody_else_sees_deliveries(client: Client) -> None:
    assert client.get("/v1/deliveries").status_code == 403
    client.force_login(factories.developer())
    assert client.get("/v1/deliveries").status_code == 403


def test_the_set_is_what_the_library_would_write(vehicle: Vehicle, ring: Keyring) -> None:
    state = selectors.desired_state(vehicle, now=NOW)
    files = signed_set(state, vehicle=vehicle.public_id, keys=ring)
    listed = {path: TargetFile.from_dict(dict(entry), path) for path, entry in state.targets.items()}
    targets = Metadata[Targets].from_bytes(files["2.targets.json"]).signed
    assert targets.targets == listed
    assert targets.expires == NOW + TARGETS_LIFE
    assert Metadata[Snapshot].from_bytes(files["2.snapshot.json"]).signed.meta == {"targets.json": MetaFile(version=2)}
    timestamp = Metadata[Timestamp].from_bytes(files["timestamp.json"]).signed
    assert (timestamp.version, timestamp.expires) == (2, NOW + TIMESTAMP_LIFE)
