"""What the tests of delivery start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from forecourt.delivery import ceremony, keys
from forecourt.delivery.approval import KeyHolder
from tests.delivery.factories import NOW, Car, Founded

_ring: dict[str, Path] = {}


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of one ceremony, for the whole run."""
    folder = tmp_path_factory.mktemp("ceremony") / "keys"
    ceremony.init(folder, now=NOW)
    return folder


@pytest.fixture
def ring(key_folder: Path, settings: Settings) -> keys.Keyring:
    """The keys, also named in the settings."""
    settings.KEYS_DIR = key_folder
    return keys.keyring(key_folder)


@pytest.fixture
def approval(ring: keys.Keyring) -> KeyHolder:
    """The approval key in this process, so that it sees the test's transaction."""
    return KeyHolder(ring.signer("approval"))


@pytest.fixture
def blobs(tmp_path: Path, settings: Settings) -> Path:
    """An empty blob store."""
    settings.BLOB_STORE_URL = f"file://{tmp_path / 'blobs'}"
    return tmp_path / "blobs"


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Where the first publication is kept once it was made; 256 signed bins are not worth making for every test."""
    return Founded(tmp_path_factory.mktemp("founded") / "blobs")


@pytest.fixture
def repository(approval: KeyHolder, blobs: Path, db: None, founded: Founded) -> Path:
    """A published image repository without bundles, in the blob store that it answers."""
    del db
    founded.restore(blobs, approval)
    return blobs


@pytest.fixture
def car(tmp_path: Path, key_folder: Path, repository: Path) -> Iterator[Car]:
    """An enrolled car with nothing installed."""
    del repository
    made = Car(tmp_path / "car", keys=key_folder)
    yield made
    made.head_unit.close()
