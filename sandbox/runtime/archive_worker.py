"""Takes one bundle from outside apart, in a process that may do nothing else.

Standard input: the zip. Standard output: a line of JSON, then the members one after the other: the line names their
sizes in that order, or the rule that the bundle breaks.
"""

import sys
from typing import Any, Final

from sandbox.runtime.confine import Limits, confine
from sandbox.wire import bundles, canonical, icons, zips
from sandbox.wire.errors import BundleRefused, IconError, SignatureError

LIMITS: Final = Limits(address_space=640 << 20, cpu_seconds=60)

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


def unpack(data: bytes) -> dict[str, bytes]:
    """The members by name, in the order of their names, after every rule about the archive and the icon was kept.

    Raises:
        BundleRefused: the archive, a member's kind or the icon breaks a rule.
    """
    if len(data) > bundles.MAX_BYTES:
        raise zips.refuse("too-large", f"The bundle has {len(data):,} bytes, at most {bundles.MAX_BYTES:,} are allowed")
    members = zips.walk(data)
    _check_members(list(members))
    zips.check_total([member for member, _ in members.values()])
    files = {name: zips.inflate(*members[name], limit=_limit(name)) for name in sorted(members)}
    _check_component(files[bundles.COMPONENT])
    if bundles.ICON in files:
        _check_icon(files[bundles.ICON])
    return files


def main() -> None:
    """Answer one request and end."""
    confine(LIMITS)
    told, files = answer(sys.stdin.buffer.read(bundles.MAX_BYTES + 1))
    sys.stdout.buffer.write(canonical.dumps(told) + b"\n")
    for content in files.values():
        sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def answer(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What to say about a bundle, and its members by name."""
    try:
        files = unpack(data)
    except BundleRefused as refusal:
        return {"rule": refusal.rule, "text": refusal.text, "hint": refusal.hint}, {}
    sizes = {name: len(content) for name, content in files.items()}
    return {"sizes": sizes}, files


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


def _check_icon(content: bytes) -> None:
    try:
        icons.check(content)
    except IconError as error:
        raise BundleRefused("icon.unsafe", str(error), error.resolution) from error


if __name__ == "__main__":
    main()
