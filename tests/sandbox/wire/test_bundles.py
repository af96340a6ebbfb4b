"""Bundles: what is signed, what a signature proves, and the canonical zip."""

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import bundles
from sandbox.wire.bundles import SignatureError
from tests.sandbox.wire.bundlemaking import PRIVATE_KEY, members, signed

FILES = {"manifest.json": b"{}", "app.wasm": b"\0asm"}
CONTENT = bundles.content_manifest(FILES)
GOOD = bundles.sign(PRIVATE_KEY, CONTENT)
OTHER = bundles.sign("22" * 32, CONTENT)


def test_the_content_manifest_hashes_every_member_but_the_signature() -> None:
    expected = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    assert bundles.content_manifest(FILES | {"signature.json": b"x"}) == {"format": 1, "files": expected}
    assert bundles.content_manifest(expected) == CONTENT


def test_a_signature_names_the_key_that_made_it() -> None:
    assert bundles.verify(GOOD, CONTENT) == bundles.public_key_of(PRIVATE_KEY) == GOOD["public_key"]
    assert GOOD["keyid"] == bundles.keyid_of(GOOD["public_key"])
    assert bundles.verify(GOOD, CONTENT, public_key=GOOD["public_key"]) == GOOD["public_key"]


REFUSED: dict[str, object] = {
    "another key's signature": GOOD | {"sig": OTHER["sig"]},
    "another key's name": GOOD | {"keyid": OTHER["keyid"]},
    "another public key": GOOD | {"public_key": OTHER["public_key"]},
    "a wholly different signer": OTHER,
    "capitals": GOOD | {"sig": GOOD["sig"].upper()},
    "a cut signature": GOOD | {"sig": GOOD["sig"][:-2]},
    "no signature": {"keyid": GOOD["keyid"], "public_key": GOOD["public_key"]},
    "another key in the object": GOOD | {"alg": "none"},
    "a key that is no text": GOOD | {"public_key": 7},
    "a list": [],
    "nothing": None,
}


@pytest.mark.parametrize("signature", REFUSED.values(), ids=REFUSED)
def test_a_signature_is_refused(signature: object) -> None:
    with pytest.raises(SignatureError):
        bundles.verify(signature, CONTENT, public_key=GOOD["public_key"])


@pytest.mark.parametrize("change", [{"app.wasm": b"other"}, {"icon.svg": b"new"}])
def test_changed_members_are_refused(change: dict[str, bytes]) -> None:
    with pytest.raises(SignatureError, match="changed after signing"):
        bundles.verify(GOOD, bundles.content_manifest(FILES | change))


@pytest.mark.parametrize("key", ["", "11" * 31, "zz" * 32, "11" * 32 + "\n\n11"])
def test_a_private_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(SignatureError, match="hex digits"):
        bundles.sign(key, CONTENT)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.binary(max_size=200), max_size=5))
def test_packing_twice_gives_the_same_bytes_in_any_order(files: dict[str, bytes]) -> None:
    packed = bundles.pack(files)
    assert packed == bundles.pack(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_the_canonical_zip_has_no_time_and_plain_modes() -> None:
    with zipfile.ZipFile(io.BytesIO(bundles.pack(signed(members())))) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == ["app.wasm", "icon.svg", "manifest.json", "signature.json"]
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}


def test_a_bundle_is_named_by_app_version_and_counter() -> None:
    assert bundles.target_path(app="smart-charging", version="1.0.0", counter=7) == "smart-charging-1.0.0-r7.zip"
