"""Submitting a bundle: what is taken in, and what changes nothing."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from apps_registry import services, trail
from apps_registry.errors import (
    BlobStoreUnavailableError,
    BundleRejectedError,
    NotYourAppError,
    UnknownPublisherKeyError,
    VersionUsedError,
    WrongPublisherError,
)
from apps_registry.models import App, Release, TrailEvent
from apps_registry.storage import BlobStore
from forecourt.accounts.models import User
from tests import factories
from tests.apps_registry import samples
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def _submit(app: App, by: User, content: bytes) -> Release:
    return services.submit_bundle(publisher=app.publisher, content=io.BytesIO(content), by=by, now=NOW)


def test_a_good_bundle_becomes_a_release(app: App, developer: User, store: BlobStore) -> None:
    upload = samples.bundle()
    release = _submit(app, developer, upload)
    assert (release.version, release.counter, release.status) == ("1.0.0", 1, "submitted")
    assert release.bundle.upload_sha256 == hashlib.sha256(upload).hexdigest()
    with store.open(release.bundle.sha256) as blob:
        assert len(blob.read()) == release.bundle.size


def test_a_submission_is_in_the_trail(app: App, developer: User) -> None:
    release = _submit(app, developer, samples.bundle())
    event = TrailEvent.objects.get(action="release.submitted")
    assert (event.actor, event.subject) == (str(developer.pk), "release:smart-charging@1.0.0")
    assert event.detail["sha256"] == release.bundle.sha256
    assert trail.verify() == 1


def test_the_counter_rises_with_every_release_whatever_the_version(app: App, developer: User) -> None:
    counters = [_submit(app, developer, samples.bundle(version=version)).counter for version in ("2.0.0", "1.9.0")]
    assert counters == [1, 2]


@pytest.mark.parametrize(("rule", "build"), samples.REFUSED.values(), ids=samples.REFUSED)
def test_a_bad_upload_is_refused_by_name_and_changes_nothing(
    app: App, developer: User, everything: Callable[[], object], rule: str, build: Callable[[], bytes]
) -> None:
    before = everything()
    with pytest.raises(BundleRejectedError) as refusal:
        _submit(app, developer, build())
    assert refusal.value.rule == rule
    assert refusal.value.resolution
    assert everything() == before


def test_a_key_of_somebody_else_is_refused(app: App, developer: User, everything: Callable[[], object]) -> None:
    stranger = Ed25519PrivateKey.generate()
    factories.publisher_key(factories.publisher("Rival", "rival"), stranger)
    before = everything()
    with pytest.raises(UnknownPublisherKeyError):
        _submit(app, developer, samples.bundle(key=stranger))
    assert everything() == before


def test_a_revoked_key_is_refused(app: App, developer: User, everything: Callable[[], object]) -> None:
    app.publisher.keys.update(revoked_at=NOW - timedelta(days=1))
    before = everything()
    with pytest.raises(UnknownPublisherKeyError):
        _submit(app, developer, samples.bundle())
    assert everything() == before


def test_a_used_version_is_refused(app: App, developer: User, everything: Callable[[], object]) -> None:
    _submit(app, developer, samples.bundle())
    before = everything()
    with pytest.raises(VersionUsedError):
        _submit(app, developer, samples.bundle(summary="Better."))
    assert everything() == before


def test_a_version_that_was_rejected_stays_used(app: App, developer: User) -> None:
    _submit(app, developer, samples.bundle())
    Release.objects.update(status="rejected")
    with pytest.raises(VersionUsedError):
        _submit(app, developer, samples.bundle())


def test_the_app_of_another_publisher_is_refused(app: App, developer: User, everything: Callable[[], object]) -> None:
    factories.app(factories.publisher("Rival", "rival"), slug="rival-app")
    before = everything()
    with pytest.raises(NotYourAppError):
        _submit(app, developer, samples.bundle(slug="rival-app"))
    assert everything() == before


def test_an_app_that_nobody_registered_is_refused(app: App, developer: User) -> None:
    with pytest.raises(NotYourAppError):
        _submit(app, developer, samples.bundle(slug="unheard-of"))


def test_a_manifest_in_another_publishers_name_is_refused(
    app: App, developer: User, everything: Callable[[], object]
) -> None:
    before = everything()
    with pytest.raises(WrongPublisherError):
        _submit(app, developer, samples.bundle(publisher="rival"))
    assert everything() == before


def test_a_store_that_fails_leaves_no_release(app: App, developer: User, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("no folder")
    settings.BLOB_STORE_URL = f"file://{tmp_path}/full"
    with pytest.raises(BlobStoreUnavailableError):
        _submit(app, developer, samples.bundle())
    assert not Release.objects.exists()
    assert not TrailEvent.objects.exists()


def test_the_analysis_is_asked_for_after_commit_only(
    app: App, developer: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as asked:
        _submit(app, developer, samples.bundle())
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_submissions_of_one_version_at_once_one_is_refused(app: App, developer: User) -> None:
    def submit(summary: str) -> Release | type[Exception]:
        try:
            return _submit(app, developer, samples.bundle(summary=summary))
        except VersionUsedError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as hurry:
        answers = list(hurry.map(submit, ["One.", "Another."]))
    assert answers.count(VersionUsedError) == 1
    assert Release.objects.count() == 1
