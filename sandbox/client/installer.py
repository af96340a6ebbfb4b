"""Puts a downloaded bundle into its own folder: opened in a limited child, signed by the right key, all or nothing."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sandbox.client.errors import BadBundleError, OtherSignerError, WrongSignerError
from sandbox.client.store import InstalledApp
from sandbox.client.trusted import Order
from sandbox.runtime import archive
from sandbox.runtime.archive import BundleRefused, Unpacked


class Installer:
    """Owns the folder of the apps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def install(self, order: Order, content: bytes, *, before: InstalledApp | None) -> InstalledApp:
        """Check the bundle's inside and unpack it; nothing else refers to the new folder yet.

        Raises:
            BadBundleError: it cannot be opened, or is another app or release than ordered.
            WrongSignerError: not signed by the publisher's key that was approved.
            OtherSignerError: the app that is installed was signed by another key.
        """
        if hashlib.sha256(content).hexdigest() != order.sha256:
            raise BadBundleError("The content changed after the download.")
        try:
            unpacked = archive.unpack_untrusted(content)
        except BundleRefused as error:
            raise (WrongSignerError if error.rule.startswith("signature.") else BadBundleError)(str(error)) from error
        check_inside(order, unpacked, before=before)
        target = self._folder / order.facts.app / order.sha256[:16]
        _write(target, unpacked.files)
        return _installed(order, target)

    def clean(self, keep: Mapping[str, InstalledApp]) -> None:
        """Remove every folder that no installed app uses: old releases, removed apps, halves of a power cut."""
        kept = {app.home for app in keep.values()}
        for folder in self._folder.glob("*/*"):
            if folder not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def check_inside(order: Order, unpacked: Unpacked, *, before: InstalledApp | None) -> None:
    """Compare the bundle's own words with the order, and its signer with the one before.

    Raises:
        BadBundleError: another app, version, publisher or set of permissions.
        WrongSignerError: not signed by the publisher's key that was approved.
        OtherSignerError: the app that is installed was signed by another key.
    """
    inside, facts = unpacked.report.manifest, order.facts
    if (inside.app, inside.version, inside.publisher) != (facts.app, facts.version, facts.publisher):
        raise BadBundleError("The manifest names another app or release.")
    if inside.permission_digest() != facts.permissions_digest:
        raise BadBundleError("The manifest asks for other permissions than were approved.")
    if unpacked.report.publisher_key != facts.publisher_key:
        raise WrongSignerError
    if before is not None and before.publisher_key != facts.publisher_key:
        raise OtherSignerError


def _installed(order: Order, folder: Path) -> InstalledApp:
    facts = order.facts
    return InstalledApp(
        app=facts.app,
        version=facts.version,
        counter=facts.counter,
        path=order.path,
        length=order.target.length,
        sha256=order.sha256,
        publisher_key=facts.publisher_key,
        granted=order.granted,
        folder=str(folder),
    )


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder appear with all of its files on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=".part-"))
    for name, content in files.items():
        with (part / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
