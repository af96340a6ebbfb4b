"""What the registry's tests start from: a store of their own, an app, its publisher's key."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from apps_registry import storage
from apps_registry.models import App, Bundle, Release, TrailEvent
from apps_registry.storage import BlobStore
from forecourt.accounts.models import User
from forecourt.config import celery_app
from tests import factories
from tests.apps_registry import samples


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> BlobStore:
    """The site's blob store, empty."""
    settings.BLOB_STORE_URL = f"file://{tmp_path}/blobs"
    return storage.from_settings()


@pytest.fixture
def developer(db: None) -> User:
    """The owner of Nordlys Apps."""
    del db
    return factories.developer()


@pytest.fixture
def app(developer: User, store: BlobStore) -> App:
    """Smart Charging, with the key that signs its bundles."""
    del developer, store
    registered = factories.app()
    factories.publisher_key(registered.publisher, samples.KEY)
    return registered


@pytest.fixture
def eager() -> Iterator[None]:
    """Tasks run where they are called."""
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False


@pytest.fixture
def everything(store: BlobStore, tmp_path: Path) -> Callable[[], object]:
    """A look at all that a submission could change, in the database and in the store."""
    del store

    def look() -> object:
        files = sorted(str(path) for path in (tmp_path / "blobs").rglob("*"))
        counts = [kind._default_manager.count() for kind in (Release, Bundle, TrailEvent)]
        return files, counts

    return look
