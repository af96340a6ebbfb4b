"""Bundles from outside, opened in the real child process."""

import hashlib
import io
import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from sandbox.runtime import archive, child
from sandbox.runtime.archive import BundleRefused
from sandbox.wire import bundles
from tests.sandbox.wire.bundlemaking import PRIVATE_KEY, members, signed
from tests.sandbox.wire.zipforge import Entry, forge

FILES = signed(members())


def zipped(files: dict[str, bytes]) -> bytes:
    return forge([Entry(name=name, content=content) for name, content in reversed(files.items())])


def test_an_upload_is_packed_again_into_the_canonical_zip() -> None:
    upload = zipped(FILES)
    opened = archive.open_untrusted(upload)
    assert opened.content == bundles.pack(FILES) != upload
    assert opened.sha256 == hashlib.sha256(opened.content).hexdigest()
    assert opened.size == len(opened.content)
    assert opened.report.upload_sha256 == hashlib.sha256(upload).hexdigest()


def test_the_report_names_manifest_members_and_signer() -> None:
    report = archive.open_untrusted(io.BytesIO(zipped(FILES))).report
    assert report.manifest.app == "smart-charging"
    assert report.files == bundles.content_manifest(FILES)["files"]
    assert report.publisher_key == bundles.public_key_of(PRIVATE_KEY)


def test_a_canonical_zip_stays_as_it_is() -> None:
    packed = bundles.pack(FILES)
    assert archive.open_untrusted(packed).content == packed


def test_members_are_handed_out_for_installing() -> None:
    opened = archive.unpack_untrusted(bundles.pack(FILES))
    assert opened.files == FILES
    assert opened.report.manifest.version == "1.0.0"


REFUSED = {
    "a path climbing out": (forge([Entry(name="../x")]), "archive.path-escape"),
    "a symlink": (forge([Entry(name="app.wasm", mode=0o120777)]), "archive.symlink"),
    "a bomb": (zipped(FILES | {"app.wasm": bytes(60 << 20)}), "archive.bomb"),
    "a duplicate name": (forge([Entry(name="app.wasm")] * 2), "archive.duplicate-name"),
    "an unknown scope": (
        zipped(signed(members(permissions=[{"scope": "read:X", "reason": "x", "required": True}]))),
        "manifest.bad-scope",
    ),
}


@pytest.mark.parametrize(("upload", "rule"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_crosses_the_process_with_rule_text_and_hint(upload: bytes, rule: str) -> None:
    with pytest.raises(BundleRefused) as refusal:
        archive.open_untrusted(upload)
    assert refusal.value.rule == rule
    assert refusal.value.text
    assert refusal.value.hint == refusal.value.resolution != ""


def test_an_upload_over_the_limit_never_reaches_the_child() -> None:
    with pytest.raises(BundleRefused, match="larger than") as refusal:
        archive.open_untrusted(io.BytesIO(bytes(bundles.MAX_BYTES + 1)))
    assert refusal.value.rule == "archive.too-large"


def test_a_child_that_takes_too_long_is_a_refusal() -> None:
    with pytest.raises(BundleRefused, match="TIMEOUT") as refusal:
        archive.open_untrusted(zipped(FILES), timeout=0.01)
    assert refusal.value.rule == "archive.child-died"


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="needs Linux's view of a process")
def test_the_child_is_confined_before_the_first_byte_of_the_zip() -> None:
    with subprocess.Popen(
        child.command(archive.WORKER), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
    ) as worker:
        proc, deadline = Path(f"/proc/{worker.pid}/limits"), time.monotonic() + 20
        while not re.search(r"Max file size +0 +0", limits := proc.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        worker.kill()
    assert re.search(r"Max file size +0 +0", limits)
    assert re.search(rf"Max address space +{640 << 20} ", limits)
    assert re.search(r"Max cpu time +60 ", limits)


SIZES = {name: len(content) for name, content in FILES.items()}
WHOLE = b"".join(FILES.values())


def said(told: object, content: bytes = b"") -> bytes:
    return json.dumps(told).encode() + b"\n" + content


LIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "cannot be read"),
    "no JSON": (b"hello\n", "cannot be read"),
    "a list": (b"[]\n", "cannot be read"),
    "no end of the line": (b" " * (1 << 20), "cannot be read"),
    "a rule that is none": (said({"rule": "<script>"}), "cannot be read"),
    "a size below zero": (said({"sizes": {"app.wasm": -5}}), "cannot be read"),
    "a size that is none": (said({"sizes": {"app.wasm": "b"}}), "cannot be read"),
    "no members": (said({}), "does not hold"),
    "a member that climbs out": (said({"sizes": SIZES | {"../../.profile": 4}}, WHOLE + b"evil"), "does not hold"),
    "too few bytes": (said({"sizes": SIZES}, WHOLE[:-1]), "does not hold"),
    "too many bytes": (said({"sizes": SIZES}, WHOLE + b"!"), "does not hold"),
    "a huge manifest": (
        said({"sizes": {"app.wasm": 0, "signature.json": 0, "manifest.json": 65_537}}, bytes(65_537)),
        "does not hold",
    ),
}


@pytest.mark.parametrize(("answer", "words"), LIES.values(), ids=LIES)
def test_a_child_that_lies_is_a_refusal(answer: bytes, words: str) -> None:
    with pytest.raises(BundleRefused, match=words) as refusal:
        archive.members(answer)
    assert refusal.value.rule == "archive.child-died"


def test_a_child_that_was_taken_over_cannot_name_another_signer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can change the members; then they do not fit the signature, which this process checks itself."""
    changed = FILES | {"app.wasm": b"\0asm evil"}
    sizes = {name: len(content) for name, content in changed.items()}
    answer = said({"sizes": sizes}, b"".join(changed.values()))
    monkeypatch.setattr(child, "run", lambda *_message, **_options: answer)
    with pytest.raises(BundleRefused, match="changed after signing") as refusal:
        archive.unpack_untrusted(zipped(FILES))
    assert refusal.value.rule == "signature.wrong"
