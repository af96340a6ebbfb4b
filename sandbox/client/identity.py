"""Who the head unit is: an Ed25519 key that never leaves it, and the facts that the factory stamped."""

import os
from pathlib import Path
from typing import Any, Final, Self

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

SESSION_PREFIX: Final = b"forecourt-session:"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the factory knows about the car."""

    vin: str
    make: str
    model: str
    year: int
    head_unit_serial: str
    hardware_id: str
    price_area: str
    data_source: str


class Identity:
    """A key and the facts of one head unit."""

    def __init__(self, key: Ed25519PrivateKey, facts: Facts) -> None:
        self.key = key
        self.facts = facts

    @classmethod
    def at(cls, folder: Path, facts: Facts) -> Self:
        """The identity kept in `folder`; the key is made at the first start."""
        path = folder / "key.pem"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write_once(path, Ed25519PrivateKey.generate())
        key = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, Ed25519PrivateKey)  # noqa: S101 - we wrote it
        return cls(key, facts)

    @property
    def public_key(self) -> str:
        """The public key, 64 hex digits."""
        return self.key.public_key().public_bytes_raw().hex()

    def factory_record(self) -> dict[str, Any]:
        """What the carmaker enrols."""
        return {**msgspec.to_builtins(self.facts), "public_key": self.public_key}

    def answer(self, challenge: str) -> str:
        """The signature that proves who we are, in hex."""
        return self.key.sign(SESSION_PREFIX + challenge.encode()).hex()


def _write_once(path: Path, key: Ed25519PrivateKey) -> None:
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
