"""A car signs in by signing a challenge; nothing else opens the car's addresses."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from forecourt.vehicles import sessions
from forecourt.vehicles.models import Vehicle
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def car(key: Ed25519PrivateKey) -> Vehicle:
    return factories.vehicle(public_key=key.public_key().public_bytes_raw().hex())


def sign_in(client: Client, key: Ed25519PrivateKey, serial: str, **wrong: str) -> Any:
    challenge = client.post("/vehicle/v1/challenge", {"serial": serial}, content_type=JSON).json()["challenge"]
    signature = key.sign(b"forecourt-session:" + challenge.encode()).hex()
    answer = {"serial": serial, "challenge": challenge, "signature": signature} | wrong
    return client.post("/vehicle/v1/session", answer, content_type=JSON)


def test_an_enrolled_car_signs_in(client: Client, car: Vehicle, key: Ed25519PrivateKey) -> None:
    answer = sign_in(client, key, car.head_unit_serial).json()
    assert answer["vehicle"] == car.public_id
    assert sessions.read(answer["token"]) == car.public_id


def test_a_car_whose_key_is_not_enrolled_stays_out(client: Client, car: Vehicle) -> None:
    answer = sign_in(client, Ed25519PrivateKey.generate(), car.head_unit_serial)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/VehicleNotEnrolledError"
    assert answer.json()["resolution"]


def test_an_unknown_serial_looks_the_same(client: Client, key: Ed25519PrivateKey) -> None:
    assert sign_in(client, key, "HU-none").json()["type"] == "/problems/VehicleNotEnrolledError"


def test_another_cars_challenge_is_refused(client: Client, car: Vehicle, key: Ed25519PrivateKey) -> None:
    theirs = sessions.challenge("HU-other")
    signature = key.sign(b"forecourt-session:" + theirs.encode()).hex()
    answer = sign_in(client, key, car.head_unit_serial, challenge=theirs, signature=signature)
    assert answer.status_code == 401


def test_a_forged_challenge_is_refused(client: Client, car: Vehicle, key: Ed25519PrivateKey) -> None:
    assert sign_in(client, key, car.head_unit_serial, challenge="mine").status_code == 401


def test_the_head_unit_shows_a_code_until_it_is_paired(client: Client, car: Vehicle) -> None:
    bearer = {"Authorization": f"Bearer {sessions.issue(car.public_id)}"}
    assert client.get("/vehicle/v1/pairing", headers=bearer).json()["paired"] is False
    assert len(client.post("/vehicle/v1/pairing-code", headers=bearer).json()["code"]) == 9


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
def test_without_a_session_there_is_no_code(client: Client, header: dict[str, str]) -> None:
    answer = client.post("/vehicle/v1/pairing-code", headers=header)
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/SessionInvalidError"


def test_the_session_of_a_car_that_is_gone_opens_nothing(client: Client) -> None:
    bearer = {"Authorization": f"Bearer {sessions.issue('car-gone')}"}
    assert client.get("/vehicle/v1/pairing", headers=bearer).status_code == 401


@pytest.mark.parametrize("body", [b"{", b"[" * 200_000], ids=["broken", "too deep"])
def test_malformed_json_is_a_problem_document(client: Client, body: bytes) -> None:
    answer = client.post("/vehicle/v1/challenge", body, content_type=JSON)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
