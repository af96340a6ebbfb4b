"""How a car signs in: it signs a challenge, and gets a token that any process can check without I/O."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core import signing

from forecourt.vehicles.errors import SessionInvalidError, VehicleNotEnrolledError

CHALLENGE_SECONDS: Final = 60
SESSION_SECONDS: Final = 900
PREFIX: Final = b"forecourt-session:"  # what is signed can be mistaken for nothing else


def challenge(serial: str) -> str:
    """A text for the head unit to sign; it names the serial and is good for a minute."""
    return signing.dumps({"serial": serial}, salt="vehicle-challenge")


def check_answer(*, serial: str, challenge: str, signature: str, public_key: str) -> None:
    """Check that the holder of `public_key` signed our fresh challenge for this serial.

    Raises:
        VehicleNotEnrolledError: the challenge is not ours or too old, or the signature is another key's.
    """
    try:
        named = signing.loads(challenge, salt="vehicle-challenge", max_age=CHALLENGE_SECONDS)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), PREFIX + challenge.encode()
        )
    except (signing.BadSignature, InvalidSignature, ValueError) as error:
        raise VehicleNotEnrolledError from error
    if named != {"serial": serial}:
        raise VehicleNotEnrolledError


def issue(public_id: str) -> str:
    """A bearer token of one car for `SESSION_SECONDS`."""
    return signing.dumps(public_id, salt="vehicle-session")


def read(token: str) -> str:
    """The public id of the car that holds the token.

    Raises:
        SessionInvalidError: the token is not ours, or too old.
    """
    try:
        public_id: str = signing.loads(token, salt="vehicle-session", max_age=SESSION_SECONDS)
    except signing.BadSignature as error:
        raise SessionInvalidError from error
    return public_id
