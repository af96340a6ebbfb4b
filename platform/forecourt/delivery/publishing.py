"""Publishes the image repository so that cars always see all of the old one or all of the new one.

A publisher first reserves a version number, then works under a lock on the row that holds it, and only while the
number is still the newest. Numbered files are written first; then the rows are committed; `timestamp.json`, which
alone makes a version current, comes last and is made from committed rows. Killed anywhere, the next publisher goes on
from the rows.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from tuf.api.metadata import Metadata, Targets

from apps_registry.models import Release
from apps_registry.storage import BlobStore
from forecourt.delivery import repository, selectors
from forecourt.delivery.approval import ApprovalSigner, approved_target
from forecourt.delivery.errors import ApprovalRefusedError, PublishingContendedError
from forecourt.delivery.keys import Keyring
from forecourt.delivery.models import ImageTarget, RepositoryVersion

logger = logging.getLogger(__name__)

FOLDER: Final = "metadata/image"
ATTEMPTS: Final = 5
FENCE: Final = "repository"  # its version is the number reserved last
CEREMONY_FILES: Final = {"root": "1.root.json", "targets": "1.targets.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The image repository's writer: where files go and who signs."""

    store: BlobStore
    keys: Keyring
    approval: ApprovalSigner

    def publish(self, *, now: datetime) -> bool:
        """List what is approved, remove what is withdrawn, renew what expires; answers whether anything changed.

        Raises:
            PublishingContendedError: other publishers were always faster.
            ApprovalRefusedError: the signer refused a release; nothing was published.
            SignerUnavailableError: the signer does not answer.
        """
        if not is_due(now=now):
            return False
        for _ in range(ATTEMPTS):
            version = _reserve(now)
            if self._write_numbered(version, now=now):
                self._write_timestamp(version, now=now)
                return True
        raise PublishingContendedError

    def _write_numbered(self, version: int, *, now: datetime) -> bool:
        with transaction.atomic():
            if not _is_newest(version):
                return False
            self._found()
            dirty = _update_targets(now=now) | stale_bins(now=now)
            if dirty:
                self._write_bins(dirty, version=version, now=now)
            if dirty or _expires_within("snapshot", repository.RENEW_SNAPSHOT, now=now):
                self._write_snapshot(version, expires=_rounded(now) + repository.SNAPSHOT_LIFE)
        return True

    def _found(self) -> None:
        """Put the ceremony's files where cars find them, once."""
        for role, name in CEREMONY_FILES.items():
            if not RepositoryVersion.objects.filter(role=role).exists():
                data = self.keys.public("image", name)
                self._put(name, data)
                _set_versions([role], 1, expires=Metadata.from_bytes(data).signed.expires)

    def _write_bins(self, names: Iterable[str], *, version: int, now: datetime) -> None:
        listed = selectors.listed_in(names)
        good = {name: [one.pk for one in releases if _good_path(one)] for name, releases in listed.items()}
        signed = self.approval.sign_bins(good, version=version, now=now)
        for name, data in signed.items():
            self._put(f"{version}.{name}.json", data)
        expires = Metadata[Targets].from_bytes(next(iter(signed.values()))).signed.expires  # one signing, one expiry
        _set_versions(signed, version, expires=expires)

    def _write_snapshot(self, version: int, *, expires: datetime) -> None:
        self._put(f"{version}.snapshot.json", self._snapshot(version, expires=expires))
        _set_versions(["snapshot"], version, expires=expires)

    def _write_timestamp(self, version: int, *, now: datetime) -> None:
        """Make the committed version current, unless a newer publisher is at it."""
        with transaction.atomic():
            if not _is_newest(version):
                return
            latest = RepositoryVersion.objects.get(role="snapshot")
            snapshot = self._snapshot(latest.version, expires=latest.expires_at)
            expires = _rounded(now) + repository.TIMESTAMP_LIFE
            data = repository.make_timestamp(
                repository.snapshot_file(snapshot, version=latest.version),
                version=version,
                expires=expires,
                signer=self.keys.signer("image-timestamp"),
            )
            self._put("timestamp.json", data)
            _set_versions(["timestamp"], version, expires=expires)

    def _snapshot(self, version: int, *, expires: datetime) -> bytes:
        """Deterministic: the same rows give the same bytes."""
        rows = RepositoryVersion.objects.filter(role__in=("targets", *repository.BIN_NAMES))
        versions = dict(rows.order_by("role").values_list("role", "version"))
        signer = self.keys.signer("image-snapshot")
        return repository.make_snapshot(versions, version=version, expires=expires, signer=signer)

    def _put(self, name: str, data: bytes) -> None:
        self.store.put_public(f"{FOLDER}/{name}", data)


def is_due(*, now: datetime) -> bool:
    """Whether there is anything to publish: a few looks at the rows, no signature."""
    versions = dict(RepositoryVersion.objects.filter(role__in=(FENCE, "timestamp")).values_list("role", "version"))
    return (
        not versions
        or versions.get("timestamp") != versions[FENCE]
        or _expires_within("timestamp", repository.RENEW_TIMESTAMP, now=now)
        or selectors.to_list().exists()
        or selectors.to_remove().exists()
        or bool(stale_bins(now=now))
    )


def stale_bins(*, now: datetime) -> set[str]:
    """Bins that were never signed or expire soon."""
    fresh = RepositoryVersion.objects.filter(role__in=repository.BIN_NAMES, expires_at__gt=now + repository.RENEW_BINS)
    return set(repository.BIN_NAMES) - set(fresh.values_list("role", flat=True))


def _update_targets(*, now: datetime) -> set[str]:
    """Bring the list up to date; answers the bins that changed."""
    leaving = selectors.to_remove()
    changed = set(leaving.values_list("bin_name", flat=True))
    leaving.update(removed_at=now)
    for release in selectors.to_list():
        if path := _good_path(release):
            changed.add(repository.bin_of(path))
            ImageTarget.objects.create(path=path, release=release, bin_name=repository.bin_of(path), listed_at=now)
    return changed


def _good_path(release: Release) -> str | None:
    """Where to list a release; None for one that the signer would refuse, so that it holds up nobody else."""
    try:
        return approved_target(release).path
    except ApprovalRefusedError as error:
        logger.warning("Not listed: %s", error)
        return None


def _expires_within(role: str, time: timedelta, *, now: datetime) -> bool:
    return not RepositoryVersion.objects.filter(role=role, expires_at__gt=now + time).exists()


def _reserve(now: datetime) -> int:
    """Take the next version number; nobody else gets it."""
    RepositoryVersion.objects.get_or_create(role=FENCE, defaults={"expires_at": now})
    with transaction.atomic():
        RepositoryVersion.objects.filter(role=FENCE).update(version=F("version") + 1)
        return RepositoryVersion.objects.get(role=FENCE).version


def _is_newest(version: int) -> bool:
    return RepositoryVersion.objects.select_for_update().get(role=FENCE).version == version


def _set_versions(roles: Iterable[str], version: int, *, expires: datetime) -> None:
    RepositoryVersion.objects.bulk_create(
        [RepositoryVersion(role=role, version=version, expires_at=expires) for role in roles],
        update_conflicts=True,
        unique_fields=["role"],
        update_fields=["version", "expires_at"],
    )


def _rounded(now: datetime) -> datetime:
    return now.replace(microsecond=0)
