"""The director's set of one car: three small files, computed when asked for and never stored.

Ed25519 is deterministic, so the same row gives the same bytes in every process; a short cache saves the signing.
Every expiry counts from `signed_at` of the row. There are never delegations, and the set names its car even when empty.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from tuf.api.metadata import MetaFile, Snapshot, TargetFile, Targets

from forecourt.delivery.errors import MetadataNotFoundError
from forecourt.delivery.keys import Keyring
from forecourt.delivery.models import DesiredState
from forecourt.delivery.repository import make_timestamp, signed_bytes, snapshot_file
from sandbox.wire import canonical

TARGETS_LIFE: Final = timedelta(days=7)
TIMESTAMP_LIFE: Final = timedelta(days=1)
HALF_LIFE: Final = TIMESTAMP_LIFE / 2

_ROOT: Final = re.compile(r"[1-9][0-9]{0,8}\.root\.json")
Files = dict[str, bytes]


def needs_renewal(signed_at: datetime, *, now: datetime) -> bool:
    """Whether a car that looks in now should get a later expiry."""
    return now - signed_at >= HALF_LIFE


def file(name: str, *, state: DesiredState, vehicle: str, keys: Keyring) -> bytes:
    """One metadata file of a car's namespace.

    Raises:
        MetadataNotFoundError: there is no such file, or another version is current.
    """
    if _ROOT.fullmatch(name):
        found = keys.director_roots.get(name)
    else:
        found = signed_set(state, vehicle=vehicle, keys=keys).get(name)
    if found is None:
        raise MetadataNotFoundError(f"There is no {name[:60]}.")
    return found


def signed_set(state: DesiredState, *, vehicle: str, keys: Keyring) -> Files:
    """The three files of a car's current set by name."""
    return _sign(keys, vehicle, (state.version, state.signed_at), canonical.dumps(state.targets))


@lru_cache(maxsize=1024)
def _sign(keys: Keyring, vehicle: str, edition: tuple[int, datetime], targets: bytes) -> Files:
    version, signed_at = edition
    start = signed_at.replace(microsecond=0)
    listed = {path: TargetFile.from_dict(entry, path) for path, entry in canonical.loads(targets).items()}
    ours = {"custom": {"vehicle": vehicle}}
    long, short = start + TARGETS_LIFE, start + TIMESTAMP_LIFE
    role = Targets(version=version, expires=long, targets=listed, unrecognized_fields=ours)
    meta = Snapshot(version=version, expires=long, meta={"targets.json": MetaFile(version=version)})
    snapshot = signed_bytes(meta, [keys.signer("director-snapshot")])
    latest = snapshot_file(snapshot, version=version)
    return {
        f"{version}.targets.json": signed_bytes(role, [keys.signer("director-targets")]),
        f"{version}.snapshot.json": snapshot,
        "timestamp.json": make_timestamp(
            latest, version=version, expires=short, signer=keys.signer("director-timestamp")
        ),
    }
