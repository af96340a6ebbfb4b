"""Installing: the right inside, by the right signer, whole or not at all."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tuf.api.metadata import TargetFile

from sandbox.client import errors
from sandbox.client.installer import Installer
from sandbox.client.store import InstalledApp
from sandbox.client.trusted import Order
from sandbox.wire import canonical, manifest
from sandbox.wire.metadata import MustMatch
from tests import factories
from tests.apps_registry import samples

OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def order(content: bytes, *, key: Ed25519PrivateKey = samples.KEY, **facts: Any) -> Order:
    """An order for this content, as both repositories name it."""
    inside = manifest.parse(canonical.dumps(factories.manifest()))
    known: dict[str, Any] = {
        "app": inside.app,
        "version": inside.version,
        "counter": 1,
        "hardware_ids": ("hu-*",),
        "minimum_runtime": "1.0.0",
        "permissions_digest": inside.permission_digest(),
        "publisher": inside.publisher,
        "publisher_key": key.public_key().public_bytes_raw().hex(),
    }
    target = TargetFile(len(content), {"sha256": hashlib.sha256(content).hexdigest()}, "smart-charging-1.0.0-r1.zip")
    return Order(target=target, facts=MustMatch(**known | facts), granted=())


@pytest.fixture
def installer(tmp_path: Path) -> Installer:
    """An installer of an empty folder."""
    return Installer(tmp_path / "apps")


@pytest.fixture
def installed(installer: Installer) -> InstalledApp:
    """Smart Charging, installed."""
    return installer.install(order(samples.bundle()), samples.bundle(), before=None)


def test_the_members_are_unpacked(installed: InstalledApp) -> None:
    assert installed.component.read_bytes() == samples.COMPONENT
    assert sorted(path.name for path in installed.home.iterdir()) == ["app.wasm", "manifest.json", "signature.json"]


def test_installing_the_same_again_is_harmless(installer: Installer, installed: InstalledApp) -> None:
    assert installer.install(order(samples.bundle()), samples.bundle(), before=installed) == installed


def test_what_no_app_uses_is_removed(installer: Installer, installed: InstalledApp) -> None:
    half = installed.home.parent / ".part-killed"
    half.mkdir()
    installer.clean({"smart-charging": installed})
    assert (installed.home.exists(), half.exists()) == (True, False)
    installer.clean({})
    assert not installed.home.exists()


OTHER_INSIDE: dict[str, dict[str, Any]] = {
    "another app": {"app": "other-app"},
    "another version": {"version": "2.0.0"},
    "another publisher": {"publisher": "somebody-else"},
    "other permissions": {"permissions_digest": "0" * 64},
}


@pytest.mark.parametrize("facts", OTHER_INSIDE.values(), ids=OTHER_INSIDE)
def test_another_inside_than_ordered_is_refused(installer: Installer, facts: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(errors.BadBundleError):
        installer.install(order(samples.bundle(), **facts), samples.bundle(), before=None)
    assert not (tmp_path / "apps").exists()


def test_content_that_changed_after_the_download_is_refused(installer: Installer) -> None:
    with pytest.raises(errors.BadBundleError, match="changed"):
        installer.install(order(samples.bundle()), b"else", before=None)


def test_what_is_no_bundle_is_refused(installer: Installer) -> None:
    with pytest.raises(errors.BadBundleError):
        installer.install(order(b"no zip"), b"no zip", before=None)


def test_an_unsigned_bundle_is_refused(installer: Installer) -> None:
    content = samples.unsigned()
    with pytest.raises(errors.WrongSignerError):
        installer.install(order(content), content, before=None)


def test_a_bundle_changed_after_signing_is_refused(installer: Installer) -> None:
    content = samples.changed_after_signing()
    with pytest.raises(errors.WrongSignerError):
        installer.install(order(content), content, before=None)


def test_another_signer_than_approved_is_refused(installer: Installer) -> None:
    content = samples.bundle(key=OTHER_KEY)
    with pytest.raises(errors.WrongSignerError):
        installer.install(order(content), content, before=None)


def test_another_signer_than_the_installed_app_had_is_refused(installer: Installer, installed: InstalledApp) -> None:
    content = samples.bundle(key=OTHER_KEY)
    with pytest.raises(errors.OtherSignerError):
        installer.install(order(content, key=OTHER_KEY), content, before=installed)
    assert installed.component.exists()
