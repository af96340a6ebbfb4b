"""What is said about a bundle, rule by rule, without the process around the child."""

import json
from typing import Any

import pytest

from sandbox.runtime import archive, archive_worker
from sandbox.wire import bundles
from sandbox.wire.errors import BundleRefused
from tests.sandbox.wire.bundlemaking import COMPONENT, manifest, members, permission, signed
from tests.sandbox.wire.zipforge import Entry, forge

FILES = signed(members())


def zipped(files: dict[str, bytes]) -> bytes:
    return forge([Entry(name=name, content=content) for name, content in files.items()])


def made(**changes: Any) -> bytes:
    """A well signed bundle whose manifest has these changes."""
    return zipped(signed(members(**changes)))


def asking(**changes: Any) -> bytes:
    return made(permissions=[permission(**changes)])


def holding(**changes: bytes) -> bytes:
    """A well signed bundle with other members."""
    return zipped(signed(members() | {name.replace("_", "."): content for name, content in changes.items()}))


def lacking(name: str) -> bytes:
    return zipped({key: content for key, content in FILES.items() if key != name})


def examine(upload: bytes) -> dict[str, bytes]:
    """What child and parent do with an upload, each its part."""
    files = archive_worker.unpack(upload)
    archive.judged(files, upload_sha256="")
    return files


def test_a_good_bundle_is_taken_apart() -> None:
    assert examine(zipped(FILES)) == FILES
    assert archive.judged(FILES, upload_sha256="").manifest.to_dict() == manifest()


def test_the_answer_names_the_sizes_or_the_broken_rule() -> None:
    told, files = archive_worker.answer(zipped(FILES))
    assert (told["sizes"], files) == ({name: len(FILES[name]) for name in sorted(FILES)}, FILES)
    told, files = archive_worker.answer(b"no zip")
    assert (told["rule"], files) == ("archive.not-a-zip", {})


def test_an_icon_is_optional() -> None:
    files = {name: content for name, content in members().items() if name != "icon.svg"}
    assert "icon.svg" not in examine(zipped(signed(files)))


REFUSED = {
    "a path climbing out": (zipped(FILES | {"../../x": b"x"}), "archive.path-escape"),
    "a directory": (zipped(FILES | {"assets/": b""}), "archive.unknown-member"),
    "a folder around everything": (
        zipped({f"bundle/{name}": content for name, content in FILES.items()}),
        "archive.unknown-member",
    ),
    "another file": (zipped(FILES | {"README": b"x"}), "archive.unknown-member"),
    "a member in capitals": (lacking("app.wasm").replace(b"icon.svg", b"ICON.SVG"), "archive.unknown-member"),
    "a nested archive by name": (zipped(FILES | {"more.zip": b"x"}), "archive.nested"),
    "a nested archive by content": (holding(app_wasm=zipped(FILES)), "archive.nested"),
    "a nested tar": (holding(app_wasm=bytes(257) + b"ustar\0"), "archive.nested"),
    "an archive upload in capitals": (zipped(FILES | {"MORE.TAR": b"x"}), "archive.nested"),
    "no component": (lacking("app.wasm"), "archive.missing-member"),
    "no manifest": (lacking("manifest.json"), "archive.missing-member"),
    "an empty zip": (forge([]), "signature.missing"),
    "a program for another machine": (holding(app_wasm=b"\x7fELF"), "archive.not-a-component"),
    "a script as component": (holding(app_wasm=b"print(1)"), "archive.not-a-component"),
    "a huge manifest": (holding(manifest_json=b" " * 65_537), "archive.too-large"),
    "a huge icon": (holding(icon_svg=bytes(range(256)) * 257), "archive.too-large"),
    "too much in all": (holding(app_wasm=COMPONENT + bytes(64 << 20)), "archive.too-large"),
    "too large an upload": (bytes(bundles.MAX_BYTES + 1), "archive.too-large"),
    "an icon with a script": (holding(icon_svg=b"<svg><script/></svg>"), "icon.unsafe"),
    "a manifest that is no JSON": (holding(manifest_json=b"{"), "manifest.invalid"),
    "an unknown key": (made(admin=True), "manifest.invalid"),
    "a bad version": (made(version="one"), "manifest.invalid"),
    "an unknown scope": (asking(scope="read:Vehicle.Warp"), "manifest.unknown-scope"),
    "a scope outside the grammar": (asking(scope="Vehicle.Speed"), "manifest.bad-scope"),
    "a missing purpose": (asking(purpose=""), "manifest.missing-purpose"),
    "a VIN that fails its check": (
        made(vehicles={"hardware_ids": ["hu-*"], "minimum_runtime": "1.0.0", "vins": ["1M8GDM9A1KP042788"]}),
        "manifest.bad-vin",
    ),
    "no signature": (lacking("signature.json"), "signature.missing"),
    "a signature that is no JSON": (zipped(FILES | {"signature.json": b"x"}), "signature.wrong"),
    "a signature of other content": (zipped(FILES | {"app.wasm": COMPONENT + b"!"}), "signature.wrong"),
    "a member added after signing": (
        zipped({name: FILES[name] for name in FILES if name != "icon.svg"}),
        "signature.wrong",
    ),
}


@pytest.mark.parametrize(("upload", "rule"), REFUSED.values(), ids=REFUSED)
def test_a_bundle_is_refused_by_its_rule(upload: bytes, rule: str) -> None:
    with pytest.raises(BundleRefused) as refusal:
        examine(upload)
    assert refusal.value.rule == rule
    assert refusal.value.text
    assert refusal.value.hint.endswith(".")


def test_a_manifest_signed_with_a_key_twice_is_refused() -> None:
    twice = json.dumps(manifest()).replace('"format": 1', '"format": 1, "format": 1').encode()
    with pytest.raises(BundleRefused, match="occurs twice"):
        examine(holding(manifest_json=twice))
