"""Zips from strangers: what is read, and every way in which one is refused."""

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import bundles, zips
from sandbox.wire.errors import BundleRefused
from tests.sandbox.wire.zipforge import Entry, forge, with_entry

A, B = Entry(name="a.txt", content=b"alpha"), Entry(name="b.txt", content=b"beta", method=0)
GOOD = [A, B]
EXTRA = struct.pack("<2H", 0x5455, 1) + b"\0"


def bomb(size: int) -> Entry:
    return Entry(name="big", content=bytes(size))


def contents(data: bytes) -> dict[str, bytes]:
    members = zips.walk(data)
    zips.check_total([member for member, _ in members.values()])
    return {name: zips.inflate(*found, limit=bundles.MAX_UNPACKED) for name, found in members.items()}


def altered(**changes: object) -> list[Entry]:
    return with_entry(GOOD, "a.txt", **changes)


def lying(**told: int) -> list[Entry]:
    return with_entry(GOOD, "a.txt", local=told, central=told)


REFUSED = {
    "nothing": (b"", "not-a-zip"),
    "a text": (b"hello world, this is no zip at all", "not-a-zip"),
    "a cut file": (forge(GOOD)[:-1], "not-a-zip"),
    "a path climbing out": (forge([Entry(name="../../etc/cron.d/x")]), "path-escape"),
    "a path climbing out in the middle": (forge([Entry(name="a/../../x")]), "path-escape"),
    "an absolute path": (forge([Entry(name="/etc/passwd")]), "path-escape"),
    "a drive letter": (forge([Entry(name="C:/x")]), "path-escape"),
    "a backslash": (forge([Entry(name="..\\x")]), "bad-name"),
    "a control character": (forge([Entry(name="a\x00b")]), "bad-name"),
    "a line break": (forge([Entry(name="a\nb")]), "bad-name"),
    "a name shown backwards": (forge([Entry(name="a\u202etxt.exe")]), "bad-name"),
    "a name that is not UTF-8": (forge([Entry(name=b"\xff\xfe")]), "bad-name"),
    "a detour in the name": (forge([Entry(name="./a")]), "bad-name"),
    "two slashes": (forge([Entry(name="a//b")]), "bad-name"),
    "no name": (forge([Entry(name="")]), "bad-name"),
    "a long name": (forge([Entry(name="a" * 241)]), "bad-name"),
    "a symlink": (forge([Entry(name="a", mode=0o120777)]), "symlink"),
    "a device": (forge([Entry(name="a", mode=0o020666)]), "special-file"),
    "a pipe": (forge([Entry(name="a", mode=0o010666)]), "special-file"),
    "set-uid": (forge([Entry(name="a", mode=0o104755)]), "special-file"),
    "a duplicate name": (forge([A, A]), "duplicate-name"),
    "a name in another case": (forge([A, Entry(name="A.TXT")]), "case-collision"),
    "a name in another normal form": (forge([Entry(name="\u00e9"), Entry(name="e\u0301")]), "case-collision"),
    "encryption": (forge(altered(flags=1)), "encrypted"),
    "strong encryption": (forge(altered(flags=1 << 6 | 1)), "encrypted"),
    "a masked directory": (forge(altered(flags=1 << 13)), "encrypted"),
    "AES in an extra field": (forge(altered(extra=struct.pack("<2H", 0x9901, 0))), "encrypted"),
    "a data descriptor": (forge(altered(flags=8)), "data-descriptor"),
    "an unknown flag": (forge(altered(flags=1 << 5)), "method"),
    "bzip2": (forge(altered(method=12)), "method"),
    "a second name": (forge(altered(extra=struct.pack("<2H", 0x7075, 0))), "bad-name"),
    "ZIP64 in an extra field": (forge(altered(extra=struct.pack("<2H", 1, 0))), "zip64"),
    "ZIP64 in the end record": (forge(GOOD, end={"count": 0xFFFF, "here": 0xFFFF}), "zip64"),
    "ZIP64 sizes": (forge(lying(packed=0xFFFFFFFF)), "zip64"),
    "a broken extra field": (forge(altered(extra=struct.pack("<2H", 0x5455, 9))), "mismatch"),
    "bytes before": (b"#!/bin/sh\n" + forge(GOOD), "prefix"),
    "bytes before that look like a zip": (forge([A])[:-22] + forge(GOOD), "mismatch"),
    "bytes after": (forge(GOOD) + b"\0", "trailing"),
    "a comment": (forge(GOOD, comment=b"hi"), "comment"),
    "a member's comment": (forge(altered(comment=b"hi")), "mismatch"),
    "bytes between two members": (forge(altered(after=b"hidden")), "mismatch"),
    "bytes before the directory": (forge(GOOD, gap=b"hidden"), "mismatch"),
    "a member in no directory": (forge(GOOD, gap=forge([A])[:40]), "mismatch"),
    "another name in the local header": (forge(altered(local={"name": b"x.txt"})), "mismatch"),
    "another size in the local header": (forge(altered(local={"unpacked": 6})), "mismatch"),
    "another checksum in the local header": (forge(altered(local={"crc": 6})), "mismatch"),
    "other flags in the local header": (forge(altered(local={"flags": 2})), "mismatch"),
    "an extra field in one header only": (forge(altered(local={"extra": b"\0\0\1"})), "mismatch"),
    "a shifted offset": (forge(altered(central={"offset": 3})), "mismatch"),
    "two members on the same bytes": (forge([A, Entry(name="c.txt", central={"offset": 0})]), "mismatch"),
    "packed data past the end": (forge(lying(packed=99)), "mismatch"),
    "another disk": (forge(altered(central={"disk": 1})), "mismatch"),
    "another count": (forge(GOOD, end={"here": 1}), "mismatch"),
    "a count too high": (forge(GOOD, end={"here": 3, "count": 3}), "mismatch"),
    "a count too low": (forge(GOOD, end={"here": 1, "count": 1}), "mismatch"),
    "a directory elsewhere": (forge(GOOD, end={"start": 5}), "mismatch"),
    "too many members": (forge([Entry(name=f"f{n}", method=0) for n in range(101)]), "too-many"),
    "a stored member with two sizes": (forge(lying(method=0)), "mismatch"),
    "a zip that is a tar as well": (forge([Entry(name="a", content=b"x" * 226 + b"ustar\0", method=0)]), "prefix"),
    "a ratio bomb": (forge([bomb(8 << 20)]), "bomb"),
    "a bomb that hides its size": (forge(lying(unpacked=2)), "bomb"),
    "more than it may unpack to": (forge([bomb(33 << 20), Entry(name="two", content=bytes(33 << 20))]), "too-large"),
    "a wrong checksum": (forge(lying(crc=1)), "damaged"),
    "a size too high": (forge(lying(unpacked=9)), "damaged"),
}


@pytest.mark.parametrize(("data", "rule"), REFUSED.values(), ids=REFUSED)
def test_a_zip_is_refused_by_its_rule_in_words_a_person_can_read(data: bytes, rule: str) -> None:
    with pytest.raises(BundleRefused) as refusal:
        contents(data)
    assert refusal.value.rule == f"archive.{rule}"
    assert len(refusal.value.text) > 12
    assert refusal.value.hint.endswith(".")


def test_a_plain_zip_is_read() -> None:
    assert contents(forge(GOOD)) == {"a.txt": b"alpha", "b.txt": b"beta"}


def test_times_in_extra_fields_are_passed_over() -> None:
    assert contents(forge(altered(extra=EXTRA)))["a.txt"] == b"alpha"


def test_an_empty_zip_has_no_members() -> None:
    assert contents(forge([])) == {}


@pytest.mark.parametrize("tail", [b"tail", bytes(200_000)])
def test_packed_data_with_a_tail_is_refused(tail: bytes) -> None:
    sizes = {"packed": len(A.packed + tail)}
    with pytest.raises(BundleRefused, match="does not end where"):
        contents(forge(altered(local=sizes, central=sizes, after=tail)))


def test_packed_data_of_no_bytes_is_refused() -> None:
    with pytest.raises(BundleRefused, match="does not end where"):
        contents(forge([Entry(name="a", content=b"", method=0, local={"method": 8}, central={"method": 8})]))


def test_packed_data_that_is_cut_is_refused() -> None:
    whole = Entry(name="a", content=bytes(range(256)) * 9)
    cut = whole.packed[:-9]
    sizes = {"packed": len(cut), "unpacked": len(whole.content), "crc": 1, "method": 8}
    with pytest.raises(BundleRefused, match="does not end where"):
        contents(forge([Entry(name="a", content=cut, method=0, local=sizes, central=sizes)]))


def test_packed_data_that_is_noise_is_refused() -> None:
    sizes = {"method": 8}
    with pytest.raises(BundleRefused, match="cannot be unpacked"):
        contents(forge([Entry(name="a", content=b"\xff" * 40, method=0, local=sizes, central=sizes)]))


def test_a_member_larger_than_its_limit_is_refused_before_it_is_unpacked() -> None:
    member, packed = zips.walk(forge([A]))["a.txt"]
    with pytest.raises(BundleRefused, match="at most 3"):
        zips.inflate(member, packed, limit=3)


def test_a_long_member_is_unpacked_in_pieces() -> None:
    content = bytes(range(256)) * 2_000 + b"end"
    assert contents(forge([Entry(name="a", content=content)]))["a"] == content


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.binary(max_size=300), max_size=6))
def test_what_the_standard_library_packs_is_read_alike(files: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert contents(buffer.getvalue()) == files


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 40))
def test_any_damage_is_refused_or_harmless(noise: bytes, at: int, cut: int) -> None:
    good = forge([A, B, Entry(name="c", content=b"gamma" * 40)])
    spoiled = good[:at] + noise + good[at + cut :]
    with contextlib.suppress(BundleRefused):
        assert len(contents(spoiled)) <= 3
