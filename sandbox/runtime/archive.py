"""Opens bundles that strangers made: a limited child takes the zip apart, and this process believes nothing it says.

Only the child ever parses the zip and the icon. What comes out is judged here, from the members themselves: their
names and sizes, the manifest, and the publisher's signature over all of them.
"""

import hashlib
import logging
from collections.abc import Mapping
from typing import Annotated, BinaryIO, Final

import msgspec

from sandbox.runtime import child
from sandbox.runtime.errors import ChildDiedError
from sandbox.wire import bundles, canonical, manifest
from sandbox.wire.errors import (
    BundleRefused,
    CanonicalError,
    ManifestError,
    MissingPurposeError,
    ScopeError,
    SignatureError,
    UnknownScopeError,
    VinError,
    WireError,
)
from sandbox.wire.manifest import Manifest

__all__ = ["BundleRefused", "Repacked", "Report", "Unpacked", "judged", "open_untrusted", "unpack_untrusted"]

log = logging.getLogger(__name__)

WORKER: Final = "sandbox.runtime.archive_worker"
MAX_LINE: Final = 1 << 16  # of the child's answer, before the members

#: Rule id of each format error; the nearest class counts.
RULES: Final[Mapping[type[WireError], str]] = {
    UnknownScopeError: "manifest.unknown-scope",
    ScopeError: "manifest.bad-scope",
    MissingPurposeError: "manifest.missing-purpose",
    VinError: "manifest.bad-vin",
    ManifestError: "manifest.invalid",
    SignatureError: "signature.wrong",
}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the bundle is: hashes are SHA-256 in hex, `publisher_key` is the key that signed the content."""

    manifest: Manifest
    files: dict[str, str]
    publisher_key: str
    upload_sha256: str


class Repacked(msgspec.Struct, frozen=True, kw_only=True):
    """A good bundle as its one canonical zip."""

    report: Report
    content: bytes
    sha256: str

    @property
    def size(self) -> int:
        """How many bytes the canonical zip has."""
        return len(self.content)


class Unpacked(msgspec.Struct, frozen=True, kw_only=True):
    """A good bundle as its members."""

    report: Report
    files: dict[str, bytes]


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line of the child's answer: the members' sizes in the order of their contents, or the broken rule."""

    sizes: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = {}
    rule: Annotated[str, msgspec.Meta(pattern=r"\A[a-z-]+\.[a-z0-9-]+\Z")] | None = None
    text: str = ""
    hint: str = ""


def open_untrusted(data: bytes | BinaryIO, *, timeout: float = 60) -> Repacked:
    """Check an uploaded bundle and pack it again.

    Raises:
        BundleRefused: it breaks a rule, or the child died over it.
    """
    opened = unpack_untrusted(data, timeout=timeout)
    content = bundles.pack(opened.files)
    return Repacked(report=opened.report, content=content, sha256=hashlib.sha256(content).hexdigest())


def unpack_untrusted(data: bytes | BinaryIO, *, timeout: float = 60) -> Unpacked:
    """Check a bundle and hand out its members.

    Raises:
        BundleRefused: it breaks a rule, or the child died over it.
    """
    raw = data if isinstance(data, bytes) else data.read(bundles.MAX_BYTES + 1)
    if len(raw) > bundles.MAX_BYTES:
        raise BundleRefused(
            "archive.too-large", f"The bundle is larger than {bundles.MAX_BYTES:,} bytes", "Make the component smaller."
        )
    try:
        answer = child.run(WORKER, raw, timeout=timeout, limit=bundles.MAX_UNPACKED + MAX_LINE)
    except ChildDiedError as death:
        log.warning("opening a bundle killed the child: %s %s", death.cause, death.log)
        raise _died(death.cause) from death
    files = members(answer)
    return Unpacked(report=judged(files, upload_sha256=hashlib.sha256(raw).hexdigest()), files=files)


def members(answer: bytes) -> dict[str, bytes]:
    """Read the members out of the child's answer: those of a bundle, whatever the child says.

    Raises:
        BundleRefused: the child refused the bundle, or its answer does not hold together.
    """
    end = answer.find(b"\n", 0, MAX_LINE)
    try:
        told = msgspec.json.decode(answer[: max(end, 0)], type=Answer)
    except msgspec.DecodeError as error:
        raise _died(f"the answer cannot be read: {error}") from error
    if told.rule is not None:
        raise BundleRefused(told.rule, told.text, told.hint)
    files, at = {}, end + 1
    for name, size in told.sizes.items():
        files[name] = answer[at : at + size]
        at += size
    complete = set(bundles.REQUIRED) <= files.keys() <= set(bundles.MEMBERS)
    small = all(len(files[name]) <= bundles.MAX_SIDE_FILE for name in files if name != bundles.COMPONENT)
    if not (complete and small) or at != len(answer):
        raise _died("the answer does not hold the members of a bundle")
    return files


def judged(files: Mapping[str, bytes], *, upload_sha256: str) -> Report:
    """What these members say and who signed them.

    Raises:
        BundleRefused: the manifest breaks a rule, or the signature does not fit all the members.
    """
    try:
        decided = manifest.parse(files[bundles.MANIFEST])
        content = bundles.content_manifest(files)
        key = bundles.verify(_signature(files[bundles.SIGNATURE]), content)
    except WireError as error:
        raise BundleRefused(_rule(error), str(error), error.resolution) from error
    return Report(manifest=decided, files=content["files"], publisher_key=key, upload_sha256=upload_sha256)


def _signature(data: bytes) -> object:
    try:
        return canonical.loads(data)
    except CanonicalError as error:
        raise SignatureError(f"signature.json: {error}") from error


def _rule(error: WireError) -> str:
    return next((RULES[kind] for kind in type(error).__mro__ if kind in RULES), "archive.invalid")


def _died(why: str) -> BundleRefused:
    hint = "Build the bundle again; if it is refused again, ask the carmaker to look at it."
    return BundleRefused("archive.child-died", f"Opening the bundle was stopped: {why}", hint)
