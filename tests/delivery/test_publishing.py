"""Publishing: all of the old repository or all of the new one, whatever dies in between."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata
from tuf.ngclient import FetcherInterface, Updater
from typing_extensions import override

from apps_registry import storage
from apps_registry.errors import BlobNotFoundError
from apps_registry.models import PublisherKey, Release
from forecourt.delivery import jobs, publishing
from forecourt.delivery.approval import KeyHolder, path_of
from forecourt.delivery.errors import PublishingContendedError
from forecourt.delivery.keys import Keyring
from forecourt.delivery.models import RepositoryVersion
from forecourt.delivery.publishing import Publisher
from tests import factories
from tests.delivery.factories import NOW, approve, publish, submitted, withdraw

logging.getLogger("tuf").setLevel(logging.ERROR)


class Folder(FetcherInterface):
    """Lets a stock client read the blob store's public files."""

    @override
    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            yield storage.from_settings().read_public(f"metadata/image/{url.rpartition('/')[2]}")
        except BlobNotFoundError as error:
            raise DownloadHTTPError(url, 404) from error


class StockClient:
    """An unmodified updater that remembers what it saw."""

    def __init__(self, home: Path, ring: Keyring) -> None:
        self._home, self._root = home, ring.public("image", "1.root.json")
        home.mkdir()

    def lists(self, release: Release) -> bool:
        """Refresh, and tell whether the release can be installed."""
        updater = Updater(str(self._home), "http://mirror/", fetcher=Folder(), bootstrap=self._root)
        return updater.get_targetinfo(path_of(release)) is not None


@pytest.fixture
def client(tmp_path: Path, ring: Keyring, repository: Path) -> StockClient:
    """A stock client of a repository without bundles."""
    del repository
    return StockClient(tmp_path / "client", ring)


class DyingStore(storage.FilesystemStore):
    """A store whose process is killed at the nth public file."""

    def __init__(self, root: Path, *, after: int) -> None:
        super().__init__(root)
        self._left = after

    @override
    def put_public(self, path: str, content: bytes) -> None:
        """Write, or die."""
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1
        super().put_public(path, content)


def test_an_approved_release_is_listed_and_announced(client: StockClient, approval: KeyHolder) -> None:
    release = publish(approval)
    assert client.lists(release)
    assert release.status == "published"


def test_a_withdrawn_release_is_gone_from_the_next_timestamp(client: StockClient, approval: KeyHolder) -> None:
    release = publish(approval)
    assert client.lists(release)
    withdraw(approval, release)
    assert not client.lists(release)


def test_a_bundle_under_a_revoked_publisher_key_is_gone_too(client: StockClient, approval: KeyHolder) -> None:
    release = publish(approval)
    PublisherKey.objects.update(revoked_at=NOW)
    jobs.publish_images(now=NOW, approval=approval)
    assert not client.lists(release)


GONE: Any = factories.manifest(version="1.0.1")
GONE = GONE | {"permissions": [GONE["permissions"][0] | {"scope": "read:Vehicle.NoLongerThere"}]}
POISON: dict[str, dict[str, Any]] = {
    "no review": {},
    "outside the namespace": {"manifest": factories.manifest(publisher="somebody-else", version="1.0.1")},
    "a signal that the catalog lost": {"manifest": GONE},
}


@pytest.mark.parametrize("flaw", POISON.values(), ids=POISON)
def test_a_release_that_may_not_be_signed_holds_up_nobody_else(
    client: StockClient, approval: KeyHolder, flaw: dict[str, Any]
) -> None:
    poison = submitted(**flaw)
    if flaw:
        approve(poison)
    Release.objects.filter(pk=poison.pk).update(status="approved")
    good = publish(approval, counter=2)
    assert (client.lists(good), client.lists(poison)) == (True, False)


def test_a_listed_release_whose_signal_the_catalog_lost_holds_up_no_renewal(
    client: StockClient, approval: KeyHolder
) -> None:
    lost, good = publish(approval), publish(approval, counter=2)
    Release.objects.filter(pk=lost.pk).update(manifest=GONE)
    RepositoryVersion.objects.filter(role__startswith="bins-").update(expires_at=NOW)
    jobs.publish_images(now=NOW, approval=approval)
    assert (client.lists(good), client.lists(lost)) == (True, False)


def test_one_release_signs_one_bin(client: StockClient, approval: KeyHolder, repository: Path) -> None:
    del client
    publish(approval)
    assert len(list(repository.glob("public/metadata/image/2.bins-*.json"))) == 1


def test_nothing_to_publish_writes_nothing(client: StockClient, approval: KeyHolder, repository: Path) -> None:
    del client
    before = set(repository.rglob("*.json"))
    jobs.publish_images(now=NOW, approval=approval)
    assert set(repository.rglob("*.json")) == before


@pytest.mark.parametrize("written", [0, 1, 2], ids=["before the bin", "before the snapshot", "before the timestamp"])
def test_a_killed_publisher_leaves_the_old_repository_and_the_next_one_heals_it(
    client: StockClient, approval: KeyHolder, ring: Keyring, repository: Path, written: int
) -> None:
    release = approve(submitted())
    dying = Publisher(store=DyingStore(repository, after=written), keys=ring, approval=approval)
    with pytest.raises(KeyboardInterrupt):
        dying.publish(now=NOW)
    assert not client.lists(release)
    jobs.publish_images(now=NOW, approval=approval)
    assert client.lists(release)


def test_a_publisher_that_was_overtaken_writes_no_timestamp(
    client: StockClient, approval: KeyHolder, ring: Keyring
) -> None:
    release = publish(approval)
    RepositoryVersion.objects.filter(role=publishing.FENCE).update(version=99)
    slow = Publisher(store=storage.from_settings(), keys=ring, approval=approval)
    slow._write_timestamp(2, now=NOW)
    assert current("timestamp.json").version == 2
    assert client.lists(release)


def test_a_publisher_that_is_always_overtaken_gives_up(
    client: StockClient, approval: KeyHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    del client
    approve(submitted())
    monkeypatch.setattr(publishing, "_reserve", lambda now: 1 if now else 0)
    RepositoryVersion.objects.filter(role=publishing.FENCE).update(version=99)
    with pytest.raises(PublishingContendedError):
        jobs.publish_images(now=NOW, approval=approval)


def test_versions_only_rise(client: StockClient, approval: KeyHolder) -> None:
    seen = []
    for counter in range(1, 4):
        assert client.lists(publish(approval, counter=counter))
        seen.append(current("timestamp.json").version)
    assert seen == sorted(set(seen))


def test_an_hour_later_only_the_timestamp_is_renewed(client: StockClient, approval: KeyHolder) -> None:
    del client
    jobs.publish_images(now=NOW + timedelta(hours=1, seconds=1), approval=approval)
    timestamp = current("timestamp.json")
    assert (timestamp.version, timestamp.snapshot_meta.version) == (2, 1)
    assert timestamp.expires == NOW + timedelta(hours=25, seconds=1)


LATER = {"snapshot": (NOW + timedelta(days=5), 1), "bins": (NOW + timedelta(days=70), 2)}


@pytest.mark.parametrize(("later", "bins"), LATER.values(), ids=LATER)
def test_what_comes_near_its_expiry_is_renewed(
    client: StockClient, approval: KeyHolder, later: datetime, bins: int
) -> None:
    del client
    jobs.publish_images(now=later, approval=approval)
    snapshot = current("2.snapshot.json")
    assert snapshot.expires > later
    assert snapshot.meta["bins-00.json"].version == bins


def current(name: str) -> Any:
    return Metadata.from_bytes(storage.from_settings().read_public(f"metadata/image/{name}")).signed
