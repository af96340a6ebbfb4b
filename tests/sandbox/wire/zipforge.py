"""Writes zips byte by byte, so that every field can lie."""

import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One member; `local` and `central` override fields of one of its two headers."""

    name: str | bytes
    content: bytes = b"hello"
    method: int = 8
    flags: int = 0
    mode: int = 0o100644
    extra: bytes = b""
    comment: bytes = b""
    local: dict[str, Any] = field(default_factory=dict)
    central: dict[str, Any] = field(default_factory=dict)
    after: bytes = b""

    @property
    def packed(self) -> bytes:
        """The bytes that stand in the zip."""
        if self.method != 8:
            return self.content
        machine = zlib.compressobj(9, zlib.DEFLATED, -15)
        return machine.compress(self.content) + machine.flush()

    def fields(self, overrides: dict[str, Any]) -> dict[str, Any]:
        """What a header says."""
        name = self.name.encode() if isinstance(self.name, str) else self.name
        true = {
            "name": name,
            "flags": self.flags,
            "method": self.method,
            "crc": zlib.crc32(self.content),
            "packed": len(self.packed),
            "unpacked": len(self.content),
        }
        return true | overrides


def forge(entries: list[Entry], *, comment: bytes = b"", gap: bytes = b"", end: dict[str, int] | None = None) -> bytes:
    """The zip of these members; `gap` stands before the central directory, `end` overrides its end record."""
    body, directory = b"", b""
    for entry in entries:
        directory += _central(entry, offset=len(body))
        body += _local(entry) + entry.packed + entry.after
    body += gap
    told = {"count": len(entries), "here": len(entries), "size": len(directory), "start": len(body)} | (end or {})
    record = struct.pack(
        "<4s4H2IH",
        b"PK\x05\x06",
        told.get("disk", 0),
        told.get("start_disk", 0),
        told["here"],
        told["count"],
        told["size"],
        told["start"],
        len(comment),
    )
    return body + directory + record + comment


def with_entry(entries: list[Entry], name: str, **changes: Any) -> list[Entry]:
    """The same members, one of them changed."""
    return [replace(entry, **changes) if entry.name == name else entry for entry in entries]


def _local(entry: Entry) -> bytes:
    told = entry.fields(entry.local)
    name: bytes = told["name"]
    extra: bytes = told.get("extra", entry.extra)
    numbers = (20, told["flags"], told["method"], 0, 33, told["crc"], told["packed"], told["unpacked"])
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", *numbers, len(name), len(extra)) + name + extra


def _central(entry: Entry, *, offset: int) -> bytes:
    told = entry.fields(entry.central)
    name: bytes = told["name"]
    numbers = (0x0314, 20, told["flags"], told["method"], 0, 33, told["crc"], told["packed"], told["unpacked"])
    lengths = (len(name), len(entry.extra), len(entry.comment), told.get("disk", 0), 0)
    start = told.get("offset", offset)
    head = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *numbers, *lengths, entry.mode << 16, start)
    return head + name + entry.extra + entry.comment
