"""Bundles as developers build them, good and bad."""

import io
import json
import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from wasmtime import wat2wasm

from sandbox.wire import bundles
from tests import factories

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
WAT = """(component {imports}
  (core module $m
    (memory (export "memory") 2)
    (data (i32.const 16) "{answer}")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "handle") (param i32 i32) (result i32) {body} i32.const 16))
  (core instance $i (instantiate $m))
  (func (export "handle") (param "event-json" string) (result (result (error string)))
    (canon lift (core func $i "handle") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
"""
COMPONENT = b"\0asm\x0d\0\x01\0"  # the smallest component: it holds nothing


def component(*, imports: str = "", body: str = "", answer: str = r"\00") -> bytes:
    """A component of the contract that answers every event with `answer`: by default, that all is well."""
    return bytes(wat2wasm(WAT.format(imports=imports, body=body, answer=answer)))


def bundle(*, key: Ed25519PrivateKey = KEY, component: bytes = COMPONENT, **manifest: Any) -> bytes:
    """A signed bundle of Smart Charging; keywords replace keys of its manifest."""
    return bundles.pack(_members(key, component, factories.manifest(**manifest)))


def bundle_with_icon(icon: bytes, **manifest: Any) -> bytes:
    """A bundle that carries an icon."""
    files = {"manifest.json": json.dumps(factories.manifest(**manifest)).encode(), "app.wasm": component()}
    files["icon.svg"] = icon
    signature = bundles.sign(KEY.private_bytes_raw().hex(), bundles.content_manifest(files))
    return bundles.pack(files | {"signature.json": json.dumps(signature).encode()})


def bundle_with_permission(**replaced: object) -> bytes:
    """A bundle whose first permission is changed; None takes a key away."""
    first, *rest = factories.manifest()["permissions"]
    changed = {name: value for name, value in (first | replaced).items() if value is not None}
    return bundle(permissions=[changed, *rest])


def with_member(name: str) -> bytes:
    """A bundle with one more member."""
    return bundles.pack(_members(KEY, COMPONENT, factories.manifest()) | {name: b"boo"})


def with_symlink() -> bytes:
    """A bundle whose icon is a link."""
    return _zipped(_plain(), ("icon.svg", b"/etc/passwd", stat.S_IFLNK | 0o777))


def with_duplicate() -> bytes:
    """A bundle with two manifests."""
    return _zipped(_plain(), ("manifest.json", b"{}", stat.S_IFREG | 0o644))


def with_bomb() -> bytes:
    """A bundle whose component unpacks to a thousand times its size."""
    return bundle(component=COMPONENT + bytes(32 << 20))


def changed_after_signing() -> bytes:
    """A bundle whose component was exchanged under a good signature."""
    return bundles.pack(_plain() | {"app.wasm": COMPONENT + b"!"})


def unsigned() -> bytes:
    """A bundle without a signature."""
    members = _plain()
    del members["signature.json"]
    return bundles.pack(members)


REFUSED: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "not a zip": ("archive.not-a-zip", lambda: b"hello"),
    "path escape": ("archive.path-escape", lambda: with_member("../manifest.json")),
    "symlink": ("archive.symlink", with_symlink),
    "duplicate name": ("archive.duplicate-name", with_duplicate),
    "bomb": ("archive.bomb", with_bomb),
    "unknown member": ("archive.unknown-member", lambda: with_member("setup.py")),
    "unsigned": ("signature.missing", unsigned),
    "changed after signing": ("signature.wrong", changed_after_signing),
    "unknown scope": ("manifest.unknown-scope", lambda: bundle_with_permission(scope="read:Vehicle.Rocket")),
    "missing purpose": ("manifest.missing-purpose", lambda: bundle_with_permission(purpose=None)),
    "bad VIN": (
        "manifest.bad-vin",
        lambda: bundle(vehicles={"hardware_ids": ["hu-*"], "minimum_runtime": "1.0.0", "vins": ["WVWZZZ1JZXW000001"]}),
    ),
}


def _members(key: Ed25519PrivateKey, component: bytes, manifest: dict[str, Any]) -> dict[str, bytes]:
    files = {"manifest.json": json.dumps(manifest).encode(), "app.wasm": component}
    signature = bundles.sign(key.private_bytes_raw().hex(), bundles.content_manifest(files))
    return files | {"signature.json": json.dumps(signature).encode()}


def _plain() -> dict[str, bytes]:
    return _members(KEY, COMPONENT, factories.manifest())


def _zipped(files: dict[str, bytes], extra: tuple[str, bytes, int]) -> bytes:
    buffer, (name, content, mode) = io.BytesIO(), extra
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings(action="ignore"):
        for member, data in files.items():
            archive.writestr(member, data)
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, mode << 16
        archive.writestr(info, content)
    return buffer.getvalue()
