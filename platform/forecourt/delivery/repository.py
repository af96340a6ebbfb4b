"""Pure: the bytes of the image repository's bins, snapshot and timestamp, built with `tuf.api.metadata`.

A bundle's bin follows from its name, so a new bundle re-signs one small file and not a list of everything.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from securesystemslib.signer import Signer
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Signed,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)

BIN_BITS: Final = 8
BIN_PREFIX: Final = "bins"
BINS: Final = SuccinctRoles([], 1, BIN_BITS, BIN_PREFIX)
BIN_NAMES: Final = tuple(BINS.get_roles())

BIN_LIFE: Final = timedelta(days=90)
SNAPSHOT_LIFE: Final = timedelta(days=7)
TIMESTAMP_LIFE: Final = timedelta(days=1)
RENEW_BINS: Final = timedelta(days=30)  # re-sign when less is left
RENEW_SNAPSHOT: Final = timedelta(days=3)
RENEW_TIMESTAMP: Final = timedelta(hours=23)  # hourly


def bin_of(path: str) -> str:
    """The name of the bin that lists the bundle `path`."""
    return BINS.get_role_for_target(path)


def signed_bytes(signed: Signed, signers: Iterable[Signer]) -> bytes:
    """The file of a role, signed by each of `signers`."""
    metadata: Metadata[Any] = Metadata(signed)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata.to_bytes()


def make_bin(targets: Iterable[TargetFile], *, version: int, expires: datetime, signer: Signer) -> bytes:
    """One bin with all of its bundles."""
    listed = {target.path: target for target in sorted(targets, key=lambda target: target.path)}
    return signed_bytes(Targets(version=version, expires=expires, targets=listed), [signer])


def make_snapshot(versions: Mapping[str, int], *, version: int, expires: datetime, signer: Signer) -> bytes:
    """The version of every targets file: `versions` by role name."""
    meta = {f"{role}.json": MetaFile(version=number) for role, number in versions.items()}
    return signed_bytes(Snapshot(version=version, expires=expires, meta=meta), [signer])


def make_timestamp(snapshot: MetaFile, *, version: int, expires: datetime, signer: Signer) -> bytes:
    """Which snapshot is current."""
    return signed_bytes(Timestamp(version=version, expires=expires, snapshot_meta=snapshot), [signer])


def snapshot_file(snapshot: bytes, *, version: int) -> MetaFile:
    """How a timestamp names a snapshot."""
    return MetaFile.from_data(version, snapshot, ["sha256"])
