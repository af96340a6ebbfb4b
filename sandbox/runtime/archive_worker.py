"""Opens one bundle from outside, in a process that may do nothing else.

Standard input: a line with the mode, then the zip. Standard output: a line with the JSON report, then the content:
in mode `repack` the canonical zip, in mode `unpack` the members one after the other, in the report's order.
"""

import hashlib
import sys
from collections.abc import Mapping
from typing import Any, Final

from sandbox.runtime.confine import Limits, confine
from sandbox.wire import bundles, canonical, icons, manifest, zips
from sandbox.wire.errors import (
    BundleRefused,
    CanonicalError,
    IconError,
    ManifestError,
    MissingPurposeError,
    ScopeError,
    SignatureError,
    UnknownScopeError,
    VinError,
    WireError,
)

LIMITS: Final = Limits(address_space=640 << 20, cpu_seconds=60)

#: Rule id of each format error; the nearest class counts.
RULES: Final[Mapping[type[WireError], str]] = {
    UnknownScopeError: "manifest.unknown-scope",
    ScopeError: "manifest.bad-scope",
    MissingPurposeError: "manifest.missing-purpose",
    VinError: "manifest.bad-vin",
    ManifestError: "manifest.invalid",
    SignatureError: "signature.wrong",
    IconError: "icon.unsafe",
}
#: How files start that are archives themselves.
_ARCHIVES: Final = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)
_ARCHIVE_NAMES: Final = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst", ".jar", ".whl")


def examine(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Open a bundle and judge it: the report without the content's hash, and the members by name.

    Raises:
        BundleRefused: the archive, a member, the manifest or the signature breaks a rule.
    """
    files = unpack(data)
    try:
        decided = manifest.parse(files[bundles.MANIFEST])
        if bundles.ICON in files:
            icons.check(files[bundles.ICON])
        content = bundles.content_manifest(files)
        key = bundles.verify(_signature(files[bundles.SIGNATURE]), content)
    except BundleRefused:
        raise
    except WireError as error:
        raise BundleRefused(_rule(error), str(error), error.resolution) from error
    report = {
        "ok": True,
        "manifest": decided.to_dict(),
        "files": content["files"],
        "publisher_key": key,
        "upload_sha256": hashlib.sha256(data).hexdigest(),
    }
    return report, files


def unpack(data: bytes) -> dict[str, bytes]:
    """The members by name, in the order of their names, after every rule about the archive was kept.

    Raises:
        BundleRefused: the archive or a member's kind breaks a rule.
    """
    if len(data) > bundles.MAX_BYTES:
        raise zips.refuse("too-large", f"The bundle has {len(data):,} bytes, at most {bundles.MAX_BYTES:,} are allowed")
    members = zips.walk(data)
    _check_members(list(members))
    zips.check_total([member for member, _ in members.values()])
    files = {name: zips.inflate(*members[name], limit=_limit(name)) for name in sorted(members)}
    _check_component(files[bundles.COMPONENT])
    return files


def main() -> None:
    """Answer one request and end."""
    mode = sys.stdin.buffer.readline().strip()
    confine(LIMITS)
    data = sys.stdin.buffer.read(bundles.MAX_BYTES + 1)
    report, content = _answer(mode, data)
    sys.stdout.buffer.write(canonical.dumps(report) + b"\n")
    for part in content:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _answer(mode: bytes, data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    try:
        report, files = examine(data)
    except BundleRefused as refusal:
        return {"ok": False, "rule": refusal.rule, "text": refusal.text, "hint": refusal.hint}, []
    report["sizes"] = {name: len(content) for name, content in files.items()}
    if mode == b"unpack":
        return report, list(files.values())
    packed = bundles.pack(files)
    return report | {"sha256": hashlib.sha256(packed).hexdigest(), "size": len(packed)}, [packed]


def _check_members(names: list[str]) -> None:
    for name in names:
        if name.lower().endswith(_ARCHIVE_NAMES):
            raise zips.refuse("nested", f"{name} is an archive inside the archive", "Put its files into the bundle.")
        if name not in bundles.MEMBERS:
            known = ", ".join(bundles.MEMBERS)
            raise zips.refuse("unknown-member", f"{name!r:.80} is no part of a bundle", f"A bundle holds {known}.")
    if bundles.SIGNATURE not in names:
        raise BundleRefused("signature.missing", "The bundle has no signature.json", SignatureError.resolution)
    for name in bundles.REQUIRED:
        if name not in names:
            raise zips.refuse("missing-member", f"The bundle has no {name}", f"Add {name} and build it again.")


def _limit(name: str) -> int:
    return bundles.MAX_UNPACKED if name == bundles.COMPONENT else bundles.MAX_SIDE_FILE


def _check_component(content: bytes) -> None:
    if content.startswith(_ARCHIVES) or content[257:262] == b"ustar":
        raise zips.refuse("nested", "app.wasm is an archive inside the archive", "Put the component itself there.")
    if not content.startswith(b"\0asm"):
        raise zips.refuse("not-a-component", "app.wasm is not WebAssembly", "Build it with the tool chain.")


def _signature(data: bytes) -> object:
    try:
        return canonical.loads(data)
    except CanonicalError as error:
        raise SignatureError(f"signature.json: {error}") from error


def _rule(error: WireError) -> str:
    return next((RULES[kind] for kind in type(error).__mro__ if kind in RULES), "archive.invalid")


if __name__ == "__main__":
    main()
