"""Who a head unit is, and what it remembers, across restarts."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sandbox.client.identity import Facts, Identity
from sandbox.client.store import InstalledApp, Store

FACTS = Facts(
    vin="WMRVN0AA9T0000002",
    make="Meridian",
    model="Uno",
    year=2026,
    head_unit_serial="HU-0001",
    hardware_id="hu-compact",
    price_area="DK1",
    data_source="simulated",
)
APP = InstalledApp(
    app="smart-charging",
    version="1.0.0",
    counter=1,
    path="smart-charging-1.0.0-r1.zip",
    length=10,
    sha256="a" * 64,
    publisher_key="b" * 64,
    granted=("read:Vehicle.Speed",),
    folder="/somewhere",
)


def test_the_key_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = Identity.at(tmp_path, FACTS), Identity.at(tmp_path, FACTS)
    assert first.public_key == second.public_key
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0


def test_the_factory_record_is_what_the_carmaker_enrols(tmp_path: Path) -> None:
    identity = Identity.at(tmp_path, FACTS)
    record = identity.factory_record()
    assert (record["head_unit_serial"], record["public_key"]) == ("HU-0001", identity.public_key)


def test_an_answer_proves_the_key_for_sessions_only(tmp_path: Path) -> None:
    identity = Identity.at(tmp_path, FACTS)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(identity.public_key))
    signature = bytes.fromhex(identity.answer("hello"))
    key.verify(signature, b"forecourt-session:hello")
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"hello")


def test_the_memory_survives_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "memory.json")
    store.memory.apps["smart-charging"] = APP
    store.memory.report_counter = 7
    store.save()
    assert Store(tmp_path / "memory.json").memory == store.memory


def test_a_half_written_memory_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "memory.part").write_bytes(b'{"director": 9')
    assert Store(tmp_path / "memory.json").memory.director == 0
