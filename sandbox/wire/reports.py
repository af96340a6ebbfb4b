"""The vehicle report: the car's signed statement of what is installed (Uptane's vehicle version manifest).

The head unit signs the canonical JSON with a prefix of its own, so the signature can be mistaken for nothing else.
The counter only rises: a recorded report cannot be sent again.
"""

from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sandbox.wire import canonical
from sandbox.wire.errors import WireError

PREFIX: Final = b"forecourt-report:"
MAX_APPS: Final = 200
MAX_REASON: Final = 200
MAX_COUNTER: Final = 2**53 - 1  # what every JSON reader keeps exactly


class ReportError(WireError):
    """The vehicle report does not follow the format."""

    resolution = "Send {report, signature} as the head unit signed it."


class ReportSignatureError(ReportError):
    """The vehicle report is not signed by this car's key."""

    resolution = "Only the enrolled head unit can report for its car."


class InstalledRelease(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app as the car has it."""

    app: str
    version: str
    path: str
    length: int
    sha256: str
    counter: int


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A target that the car was ordered to install and did not, and why."""

    path: str
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is installed, after looking at the director's set `director`."""

    format: int = 1
    vehicle: str
    serial: str
    counter: int
    time: str
    director: int
    installed: tuple[InstalledRelease, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no car sends."""
        if self.format != 1 or not 1 <= self.counter <= MAX_COUNTER:
            raise ReportError(f"The format is 1 and the counter is between 1 and {MAX_COUNTER}")
        if max(len(self.installed), len(self.refused)) > MAX_APPS:
            raise ReportError(f"At most {MAX_APPS} apps")


def sign(report: Report, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The document that a car sends."""
    body = msgspec.to_builtins(report)
    return {"report": body, "signature": key.sign(PREFIX + canonical.dumps(body)).hex()}


def verify(document: object, public_key: str) -> Report:
    """Read a report that was signed by the holder of `public_key` (64 hex digits).

    Raises:
        ReportError: the document does not follow the format.
        ReportSignatureError: somebody else signed it, or it was changed.
    """
    if not isinstance(document, dict) or set(document) != {"report", "signature"}:
        raise ReportError("The document has the members report and signature")
    body = _canonical(document["report"])
    try:
        signature = bytes.fromhex(document["signature"])
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(signature, PREFIX + body)
    except (InvalidSignature, TypeError, ValueError) as error:
        raise ReportSignatureError from error
    try:
        return msgspec.convert(document["report"], Report)
    except msgspec.ValidationError as error:
        raise ReportError(f"The report: {error}") from error


def _canonical(body: object) -> bytes:
    try:
        data = canonical.dumps(body)
    except (canonical.CanonicalError, RecursionError) as error:
        raise ReportError(f"The report has no canonical form: {error}") from error
    if b"\\u0000" in data:
        raise ReportError("The report holds a NUL, which no database keeps")
    return data
