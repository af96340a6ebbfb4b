"""A car's names: its VIN, kept encrypted and found by a keyed hash, and its public id."""

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.fernet import Fernet
from django.conf import settings

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0, 1, i, l, o: people read these ids aloud


def new_public_id() -> str:
    """A fresh `car-` id: ten digits of 31, about 49 bits."""
    return "car-" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def keyed_hash(text: str, *, purpose: str) -> str:
    """HMAC-SHA-256 in hex under the site's hash key; `purpose` keeps uses apart."""
    return hmac.new(bytes.fromhex(settings.HASH_KEY), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def encrypt_vin(vin: str) -> bytes:
    """The VIN as it is stored."""
    return Fernet(settings.VIN_KEY).encrypt(vin.encode())


def decrypt_vin(stored: bytes) -> str:
    """The VIN of a stored value."""
    return Fernet(settings.VIN_KEY).decrypt(bytes(stored)).decode()
