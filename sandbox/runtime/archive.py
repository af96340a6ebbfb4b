"""Opens bundles that strangers made, through a limited child process; this process never parses the zip."""

import hashlib
import logging
from typing import Annotated, Any, BinaryIO, Final

import msgspec

from sandbox.runtime import child
from sandbox.runtime.errors import ChildDiedError
from sandbox.wire import bundles, canonical, manifest
from sandbox.wire.errors import BundleRefused, CanonicalError, WireError
from sandbox.wire.manifest import Manifest

__all__ = [
    "BundleRefused",
    "Repacked",
    "Report",
    "Unpacked",
    "open_untrusted",
    "repacked",
    "unpack_untrusted",
    "unpacked",
]

log = logging.getLogger(__name__)

WORKER: Final = "sandbox.runtime.archive_worker"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the child found: hashes are SHA-256 in hex, `publisher_key` is the key that signed the content."""

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


def open_untrusted(data: bytes | BinaryIO, *, timeout: float = 60) -> Repacked:
    """Check an uploaded bundle and pack it again.

    Raises:
        BundleRefused: it breaks a rule, or the child died over it.
    """
    return repacked(_ask("repack", data, timeout=timeout))


def unpack_untrusted(data: bytes | BinaryIO, *, timeout: float = 60) -> Unpacked:
    """Check a bundle and hand out its members, for installing.

    Raises:
        BundleRefused: it breaks a rule, or the child died over it.
    """
    return unpacked(_ask("unpack", data, timeout=timeout))


def repacked(answer: bytes) -> Repacked:
    """Read the child's answer to `repack`; the child is not trusted either.

    Raises:
        BundleRefused: the child refused, or its answer does not hold together.
    """
    report, content = _read(answer)
    digest = hashlib.sha256(content).hexdigest()
    if digest != report.get("sha256"):
        raise _died("the content does not fit the report")
    return Repacked(report=_report(report), content=content, sha256=digest)


def unpacked(answer: bytes) -> Unpacked:
    """Read the child's answer to `unpack`.

    Raises:
        BundleRefused: the child refused, or its answer does not hold together.
    """
    told, content = _read(answer)
    report = _report(told)
    try:
        sizes = msgspec.convert(told.get("sizes"), dict[str, Annotated[int, msgspec.Meta(ge=0)]])
    except msgspec.ValidationError as error:
        raise _died(f"the report cannot be read: {error}") from error
    files, at = {}, 0
    for name in sorted(sizes):
        files[name] = content[at : at + sizes[name]]
        at += sizes[name]
    if at != len(content) or bundles.content_manifest(files)["files"] != report.files:
        raise _died("the members do not fit the report")
    return Unpacked(report=report, files=files)


def _ask(mode: str, data: bytes | BinaryIO, *, timeout: float) -> bytes:
    raw = data if isinstance(data, bytes) else data.read(bundles.MAX_BYTES + 1)
    if len(raw) > bundles.MAX_BYTES:
        raise BundleRefused(
            "archive.too-large", f"The bundle is larger than {bundles.MAX_BYTES:,} bytes", "Make the component smaller."
        )
    try:
        return child.run(WORKER, mode.encode() + b"\n" + raw, timeout=timeout)
    except ChildDiedError as death:
        log.warning("opening a bundle killed the child: %s %s", death.cause, death.log)
        raise _died(death.cause) from death


def _read(answer: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, content = answer.partition(b"\n")
    try:
        report = msgspec.convert(canonical.loads(line), dict[str, Any])
        if report.get("ok") is not True:
            raise BundleRefused(str(report["rule"]), str(report["text"]), str(report["hint"]))
    except (CanonicalError, KeyError, msgspec.ValidationError) as error:
        raise _died(f"the report cannot be read: {error}") from error
    return report, content


def _report(answer: dict[str, Any]) -> Report:
    try:
        return Report(
            manifest=manifest.parse(canonical.dumps(answer["manifest"])),
            files=msgspec.convert(answer["files"], dict[str, str]),
            publisher_key=str(answer["publisher_key"]),
            upload_sha256=str(answer["upload_sha256"]),
        )
    except (WireError, KeyError, msgspec.ValidationError) as error:
        raise _died(f"the report cannot be read: {error}") from error


def _died(why: str) -> BundleRefused:
    hint = "Build the bundle again; if it is refused again, ask the carmaker to look at it."
    return BundleRefused("archive.child-died", f"Opening the bundle was stopped: {why}", hint)
