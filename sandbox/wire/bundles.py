"""The bundle: its members, its limits, its signature and its one canonical zip.

A publisher signs the content manifest: the hash of every member but `signature.json`. The zip around it carries no
meaning: the registry opens it once, in a limited child, and packs it again.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sandbox.wire import canonical
from sandbox.wire.errors import BundleRefused, SignatureError

__all__ = [
    "BundleRefused",
    "Signature",
    "SignatureError",
    "content_manifest",
    "keyid_of",
    "pack",
    "public_key_of",
    "sign",
    "target_path",
    "verify",
]

MANIFEST: Final = "manifest.json"
COMPONENT: Final = "app.wasm"
ICON: Final = "icon.svg"
SIGNATURE: Final = "signature.json"
REQUIRED: Final = (MANIFEST, COMPONENT, SIGNATURE)
MEMBERS: Final = (MANIFEST, COMPONENT, ICON, SIGNATURE)

MAX_BYTES: Final = 24 << 20  # the zip as uploaded
MAX_UNPACKED: Final = 64 << 20  # all members together
MAX_MEMBERS: Final = 100
MAX_NAME: Final = 240  # bytes
MAX_RATIO: Final = 50  # unpacked to packed, counted while unpacking
RATIO_FROM: Final = 1 << 20  # below this many unpacked bytes any ratio is harmless
LEVEL: Final = 6  # of deflate; 9 makes a component 1 % smaller and takes four times as long
MAX_SIDE_FILE: Final = 65_536  # every member but the component

_HEX: Final = re.compile(r"[0-9a-f]+")


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `signature.json` holds, all in lower-case hex."""

    keyid: str
    public_key: str
    sig: str

    def to_dict(self) -> dict[str, str]:
        """The signature as plain JSON values."""
        return {"keyid": self.keyid, "public_key": self.public_key, "sig": self.sig}


def content_manifest(files: Mapping[str, bytes | str]) -> dict[str, Any]:
    """What the publisher signs. Values are contents (bytes) or their SHA-256 (hex); `signature.json` is left out."""
    hashes = {name: content if isinstance(content, str) else _sha256(content) for name, content in files.items()}
    hashes.pop(SIGNATURE, None)
    return {"format": 1, "files": hashes}


def public_key_of(private_key_hex: str) -> str:
    """The public key, 64 hex digits, of a private key of 64 hex digits.

    Raises:
        SignatureError: not an Ed25519 private key.
    """
    return _private(private_key_hex).public_key().public_bytes_raw().hex()


def keyid_of(public_key_hex: str) -> str:
    """The name of a key: the SHA-256 of its 32 bytes."""
    return _sha256(_bytes(public_key_hex, length=32))


def sign(private_key_hex: str, content: Mapping[str, Any]) -> dict[str, str]:
    """Sign a content manifest; the result is `signature.json`.

    Raises:
        SignatureError: not an Ed25519 private key.
    """
    public = public_key_of(private_key_hex)
    sig = _private(private_key_hex).sign(canonical.dumps(content)).hex()
    return Signature(keyid=keyid_of(public), public_key=public, sig=sig).to_dict()


def verify(signature: object, content: Mapping[str, Any], *, public_key: str | None = None) -> str:
    """Check `signature.json` against a content manifest, and return the public key that signed.

    Args:
        signature: plain JSON values, as read from the member.
        content: the content manifest of what was really unpacked.
        public_key: the key that must have signed; without it the one named inside, which proves no identity.

    Raises:
        SignatureError: not a signature, another key, or another content.
    """
    try:
        given = msgspec.convert(signature, Signature)
    except msgspec.ValidationError as error:
        raise SignatureError(f"signature.json: {error}") from error
    if given.keyid != keyid_of(given.public_key):
        raise SignatureError("signature.json: the key id does not belong to the public key")
    if public_key is not None and given.public_key != public_key:
        raise SignatureError(f"Signed by key {given.public_key[:16]}…, not by {public_key[:16]}…")
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(given.public_key, length=32))
        key.verify(_bytes(given.sig, length=64), canonical.dumps(content))
    except InvalidSignature as error:
        raise SignatureError("The signature does not fit the members: they were changed after signing") from error
    return given.public_key


def target_path(*, app: str, version: str, counter: int) -> str:
    """The name of a release's bundle in the repositories."""
    return f"{app}-{version}-r{counter}.zip"


def pack(files: Mapping[str, bytes]) -> bytes:
    """The canonical zip of these members: sorted, without times, the same bytes for the same content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name], compresslevel=LEVEL)
    return buffer.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _private(private_key_hex: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_bytes(private_key_hex.strip(), length=32))


def _bytes(text: str, *, length: int) -> bytes:
    if len(text) != 2 * length or not _HEX.fullmatch(text):
        raise SignatureError(f"Not {2 * length} lower-case hex digits")
    return bytes.fromhex(text)
