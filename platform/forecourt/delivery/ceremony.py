"""The key ceremony: makes every key, and signs the roots and the image repository's top-level targets."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Delegations, Root, SuccinctRoles, Targets

from forecourt.delivery.errors import KeysIncompleteError
from forecourt.delivery.keys import FILES, REPOSITORIES, ROOT_KEYS, ROOT_THRESHOLD, Keyring
from forecourt.delivery.repository import BIN_BITS, BIN_PREFIX, signed_bytes

LIFE: Final = timedelta(days=365)
Signers = Mapping[str, CryptoSigner]


def init(folder: Path, *, now: datetime) -> bool:
    """Make keys and roots in `folder`; answers False where they are already.

    The folder appears as a whole or not at all.

    Raises:
        KeysIncompleteError: the folder holds something else, or only a part.
    """
    if (folder / "public" / "director" / "1.root.json").exists():
        _check_complete(folder)
        return False
    if folder.exists() and any(folder.iterdir()):
        raise KeysIncompleteError(f"{folder.name} is neither empty nor complete.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".keys-"))
    try:
        _write(made, {name: CryptoSigner.generate_ed25519() for name in FILES}, now=now)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return True


def export_roots(folder: Path, target: Path) -> list[Path]:
    """Copy the first roots to `target`, as the factory puts them into a head unit."""
    ring = Keyring(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for repository in REPOSITORIES:
        path = target / f"{repository}.root.json"
        path.write_bytes(ring.public(repository, "1.root.json"))
        written.append(path)
    return written


def make_root(repository: str, signers: Signers, *, expires: datetime) -> bytes:
    """The first root of a repository, signed by all of its root keys."""
    root = Root(expires=expires, consistent_snapshot=True)
    holders = [signers[f"{repository}-root-{number}"] for number in range(1, ROOT_KEYS + 1)]
    for holder in holders:
        root.add_key(holder.public_key, "root")
    for role in ("targets", "snapshot", "timestamp"):
        root.add_key(signers[f"{repository}-{role}"].public_key, role)
    root.roles["root"].threshold = ROOT_THRESHOLD
    return signed_bytes(root, holders)


def make_targets(signers: Signers, *, expires: datetime) -> bytes:
    """The image repository's top-level targets: no bundle of its own, every bin to the approval key."""
    approval = signers["approval"].public_key
    bins = SuccinctRoles([approval.keyid], 1, BIN_BITS, BIN_PREFIX)
    delegations = Delegations({approval.keyid: approval}, succinct_roles=bins)
    return signed_bytes(Targets(expires=expires, delegations=delegations), [signers["image-targets"]])


def _write(folder: Path, signers: Signers, *, now: datetime) -> None:
    for name, signer in signers.items():
        _write_private(folder / FILES[name], signer.private_bytes)
    expires = now.replace(microsecond=0) + LIFE
    for repository in REPOSITORIES:
        public = folder / "public" / repository
        public.mkdir(parents=True)
        (public / "1.root.json").write_bytes(make_root(repository, signers, expires=expires))
    (folder / "public" / "image" / "1.targets.json").write_bytes(make_targets(signers, expires=expires))


def _write_private(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _check_complete(folder: Path) -> None:
    public: Iterable[str] = ("public/image/1.root.json", "public/image/1.targets.json")
    missing = [name for name in public if not (folder / name).exists()]
    if missing:
        raise KeysIncompleteError(f"Missing: {', '.join(missing)}.")
