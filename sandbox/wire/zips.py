"""Reads a zip that a stranger made, stricter than any unzip tool, so that no two tools can see two contents in it.

The rules (each names itself when it refuses):

1. The file is local headers with their data, the central directory and its end record: not a byte before, between
   or after them.
2. Every local header says exactly what the central directory says: name, flags, method, checksum and sizes.
3. No ZIP64, comments, data descriptors, encryption, second names in extra fields, links or special files.
4. Names are plain relative paths, each once, also after case folding and Unicode normalisation.
5. Unpacking counts what really comes out, never what a header promises.
"""

import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from sandbox.wire import plain
from sandbox.wire.bundles import MAX_MEMBERS, MAX_NAME, MAX_RATIO, MAX_UNPACKED, RATIO_FROM
from sandbox.wire.errors import BundleRefused

__all__ = ["BundleRefused", "Member", "inflate", "walk"]

STORED: Final = 0
DEFLATED: Final = 8

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_LOCAL_MARK: Final = b"PK\x03\x04"
_CENTRAL_MARK: Final = b"PK\x01\x02"
_END_MARK: Final = b"PK\x05\x06"
_FULL16: Final = 0xFFFF
_FULL32: Final = 0xFFFFFFFF

_ENCRYPTED: Final = 1 << 0 | 1 << 6 | 1 << 13
_DESCRIPTOR: Final = 1 << 3
_FLAGS_KNOWN: Final = 1 << 1 | 1 << 2 | 1 << 11  # two hints of the compressor, and UTF-8 names

_EXTRA_REFUSED: Final = {
    0x0001: ("archive.zip64", "uses ZIP64"),
    0x7075: ("archive.bad-name", "has a second name in an extra field"),
    0x9901: ("archive.encrypted", "is encrypted"),
}
_REPACK: Final = "Build the bundle again with the tool chain, or with a plain zip tool and its default options."
_CHUNK: Final = 1 << 16


class Member(NamedTuple):
    """One file of the zip, as both headers describe it."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    unpacked: int
    offset: int
    mode: int


def refuse(rule: str, text: str, hint: str = _REPACK) -> BundleRefused:
    """The refusal under `archive.<rule>`."""
    return BundleRefused(f"archive.{rule}", text, hint)


def walk(data: bytes) -> dict[str, tuple[Member, memoryview]]:
    """Every member by name with its packed bytes, after all headers were found to agree; nothing is unpacked.

    Raises:
        BundleRefused: one of the rules 1 to 4 is broken.
    """
    start, size, count = _end_record(data)
    members = list(_central_directory(data[start : start + size], count))
    _check_names([member.name for member in members])
    for member in members:
        _check_kind(member)
    return dict(_local_headers(data[:start], members))


def inflate(member: Member, packed: memoryview, *, limit: int) -> bytes:
    """Unpack one member.

    Raises:
        BundleRefused: it unpacks to more than `limit`, to more or less than it declares, more than 50 times its
            packed size, or with a wrong checksum.
    """
    if member.unpacked > limit:
        raise refuse("too-large", f"{member.name} has {member.unpacked:,} bytes, at most {limit:,} are allowed")
    content = bytearray()
    for chunk in _chunks(member, packed):
        content += chunk
        if len(content) > RATIO_FROM and len(content) > MAX_RATIO * member.packed:
            raise refuse("bomb", f"{member.name} unpacks to more than {MAX_RATIO} times its packed size")
        if len(content) > member.unpacked:
            raise refuse("bomb", f"{member.name} unpacks to more than the {member.unpacked:,} bytes it declares")
    if len(content) != member.unpacked or zlib.crc32(content) != member.crc:
        raise refuse("damaged", f"{member.name} does not unpack to the length and checksum it declares")
    return bytes(content)


def _chunks(member: Member, packed: memoryview) -> Iterator[bytes]:
    if member.method == STORED:
        yield bytes(packed)
        return
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    left = packed
    try:
        while left and not machine.eof:
            yield from _pieces(machine, left[:_CHUNK])
            left = left[_CHUNK:]
        yield from _pieces(machine, b"")
    except zlib.error as error:
        raise refuse("damaged", f"{member.name} cannot be unpacked: {error}") from error
    if not machine.eof or machine.unused_data or left:
        raise refuse("damaged", f"{member.name}: the packed data does not end where the header says")


def _pieces(machine: "zlib._Decompress", rest: bytes | memoryview) -> Iterator[bytes]:
    """What these packed bytes unpack to, in pieces that are never larger than a chunk."""
    while not machine.eof:
        piece = machine.decompress(rest, _CHUNK)
        rest = machine.unconsumed_tail
        if not piece and not rest:
            return
        yield piece


def _end_record(data: bytes) -> tuple[int, int, int]:
    """Where the central directory starts, its length and its number of entries."""
    at = data.rfind(_END_MARK)
    if at < 0 or len(data) < at + _END.size:
        raise refuse("not-a-zip", "The file is not a zip", "Upload the .zip that the tool chain wrote.")
    _, disk, start_disk, here, count, size, start, comment = _END.unpack_from(data, at)
    if at + _END.size != len(data):
        rule = "comment" if at + _END.size + comment == len(data) else "trailing"
        raise refuse(rule, f"{len(data) - at - _END.size:,} bytes follow the end of the zip")
    if data[:4] != (_LOCAL_MARK if count else _END_MARK) or data[257:262] == b"ustar":
        raise refuse("prefix", "The file does not start with its first member, or is another kind of file as well")
    if _FULL16 in (disk, count) or _FULL32 in (size, start):
        raise refuse("zip64", "The zip uses ZIP64, which a bundle never needs")
    if (disk, start_disk, here, comment) != (0, 0, count, 0) or start + size != at:
        raise refuse("mismatch", "The end record does not agree with the central directory")
    if count > MAX_MEMBERS:
        raise refuse("too-many", f"The zip has {count:,} members, at most {MAX_MEMBERS} are allowed")
    return start, size, count


def _central_directory(block: bytes, count: int) -> Iterator[Member]:
    at = 0
    for _ in range(count):
        if block[at : at + 4] != _CENTRAL_MARK or len(block) < at + _CENTRAL.size:
            raise refuse("mismatch", "The central directory is cut short or holds an unknown record")
        (_, _, _, flags, method, _, _, crc, packed, unpacked, name, extra, comment, disk, _, attributes, offset) = (
            _CENTRAL.unpack_from(block, at)
        )
        at += _CENTRAL.size
        if disk or comment or len(block) < at + name + extra:
            raise refuse("mismatch", "A central directory entry has a comment, another disk or a wrong length")
        text = _name(block[at : at + name])
        _check_extra(text, block[at + name : at + name + extra])
        yield Member(text, flags, method, crc, packed, unpacked, offset, attributes >> 16)
        at += name + extra
    if at != len(block):
        raise refuse("mismatch", "The central directory holds more than its entries")


def _local_headers(block: bytes, members: list[Member]) -> Iterator[tuple[str, tuple[Member, memoryview]]]:
    """Members must fill the block from its first byte to its last, in the order of their offsets."""
    at = 0
    view = memoryview(block)
    for member in sorted(members, key=lambda each: each.offset):
        if member.offset != at or block[at : at + 4] != _LOCAL_MARK or len(block) < at + _LOCAL.size:
            raise refuse("mismatch", f"{member.name} is not where the central directory says")
        _, _, flags, method, _, _, crc, packed, unpacked, name, extra = _LOCAL.unpack_from(block, at)
        at += _LOCAL.size
        told = (_name(block[at : at + name]), flags, method, crc, packed, unpacked)
        if told != member[:6]:
            raise refuse("mismatch", f"{member.name}: its own header and the central directory disagree")
        _check_extra(member.name, block[at + name : at + name + extra])
        at += name + extra
        if len(block) < at + packed:
            raise refuse("mismatch", f"{member.name} runs into the central directory")
        yield member.name, (member, view[at : at + packed])
        at += packed
    if at != len(block):
        raise refuse("mismatch", f"{len(block) - at:,} bytes before the central directory belong to no member")


def _name(raw: bytes) -> str:
    if not raw or len(raw) > MAX_NAME:
        raise refuse("bad-name", f"A member's name has {len(raw):,} bytes, 1 to {MAX_NAME} are allowed")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise refuse("bad-name", f"The member name {raw[:40]!r} is not UTF-8") from error


def _check_extra(name: str, extra: bytes) -> None:
    while extra:
        if len(extra) < 4 or len(extra) < 4 + struct.unpack_from("<H", extra, 2)[0]:
            raise refuse("mismatch", f"{name!r} has a broken extra field")
        kind, length = struct.unpack_from("<2H", extra)
        if kind in _EXTRA_REFUSED:
            rule, text = _EXTRA_REFUSED[kind]
            raise BundleRefused(rule, f"{name!r} {text}", _REPACK)
        extra = extra[4 + length :]


def _check_names(names: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        _check_name(name)
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if folded in seen:
            same = seen[folded] == name
            rule, text = ("duplicate-name", "twice") if same else ("case-collision", f"beside {seen[folded]!r}")
            raise refuse(rule, f"The zip holds {name!r} {text}")
        seen[folded] = name


def _check_name(name: str) -> None:
    if plain.flaw(name) or "\\" in name:
        raise refuse("bad-name", f"The member name {name!r:.80} holds a character that names may not hold")
    parts = name.removesuffix("/").split("/")
    if ".." in parts or parts[0] == "" or parts[0][1:2] == ":":
        raise refuse("path-escape", f"The member {name!r:.80} would be written outside the bundle's folder")
    if "." in parts or "" in parts:
        raise refuse("bad-name", f"The member name {name!r:.80} is not in its shortest form")


def _check_kind(member: Member) -> None:
    kind = stat.S_IFMT(member.mode)
    if kind == stat.S_IFLNK:
        raise refuse("symlink", f"{member.name} is a symbolic link", "Put the file itself into the bundle.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or member.mode & 0o7000:
        raise refuse("special-file", f"{member.name} is a device, a pipe, or has set-uid bits")
    if member.flags & _ENCRYPTED:
        raise refuse("encrypted", f"{member.name} is encrypted", "Zip the files without a password.")
    if member.flags & _DESCRIPTOR:
        raise refuse("data-descriptor", f"{member.name} keeps its sizes behind its data", _REPACK)
    if member.flags & ~_FLAGS_KNOWN or member.method not in (STORED, DEFLATED):
        raise refuse("method", f"{member.name} is packed in a way other than stored or deflated")
    if member.method == STORED and member.packed != member.unpacked:
        raise refuse("mismatch", f"{member.name} is stored, but its two sizes differ")
    if _FULL32 in (member.packed, member.unpacked, member.offset):
        raise refuse("zip64", f"{member.name} uses ZIP64")


def check_total(members: list[Member]) -> None:
    """Refuse what declares itself too large before anything is unpacked.

    Raises:
        BundleRefused: all members together have too many bytes.
    """
    total = sum(member.unpacked for member in members)
    if total > MAX_UNPACKED:
        raise refuse("too-large", f"The bundle unpacks to {total:,} bytes, at most {MAX_UNPACKED:,} are allowed")
