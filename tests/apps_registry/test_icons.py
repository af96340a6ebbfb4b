"""An app's own icon: from the bundle to a blob of its own, and which release's counts."""

import hashlib
import io

import pytest

from apps_registry import icons, jobs, services, storage
from apps_registry.errors import BlobNotFoundError, BundleRejectedError
from apps_registry.models import App, Bundle, Release, Review
from forecourt.accounts.models import User
from tests import factories
from tests.apps_registry import samples
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#0f3d3e"/></svg>'
OTHER = ICON.replace(b"0f3d3e", b"ffd166")
UNSAFE = {
    "script": ICON.replace(b"<rect", b"<script/><rect"),
    "event handler": ICON.replace(b"<rect", b'<rect onload="x()"'),
    "address elsewhere": ICON.replace(b"#0f3d3e", b"url(https://evil.example/)"),
    "entity": b'<!DOCTYPE svg [<!ENTITY a "a">]>' + ICON,
}


def _submitted(app: App, by: User, bundle: bytes) -> Release:
    return services.submit_bundle(publisher=app.publisher, content=io.BytesIO(bundle), by=by, now=NOW)


def _published(app: App, by: User, icon: bytes, version: str = "1.0.0") -> Release:
    release = _submitted(app, by, samples.bundle_with_icon(icon, version=version))
    jobs.analyse_release(release.pk, now=NOW)
    approved = Review.Verdict.APPROVED
    services.decide(release_id=release.pk, reviewer=factories.user(), verdict=approved, reason="Fine.", now=NOW)
    return services.mark_published(release_id=release.pk, now=NOW)


def _icon_of(app: App) -> str:
    app.refresh_from_db()
    return app.icon_sha256


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_icon_of_a_published_release_is_the_apps(app: App, developer: User) -> None:
    _published(app, developer, ICON)
    assert _icon_of(app) == _sha256(ICON)
    assert icons.read(_icon_of(app)) == ICON


def test_an_icon_is_kept_by_vetting_and_not_before(app: App, developer: User) -> None:
    release = _submitted(app, developer, samples.bundle_with_icon(ICON))
    with pytest.raises(BlobNotFoundError):
        icons.read(_sha256(ICON))
    jobs.analyse_release(release.pk, now=NOW)
    assert icons.read(release.bundle.icon_sha256) == ICON
    assert _icon_of(app) == ""


def test_the_newest_published_release_gives_the_icon(app: App, developer: User) -> None:
    _published(app, developer, ICON)
    newer = _published(app, developer, OTHER, version="1.1.0")
    assert _icon_of(app) == _sha256(OTHER)
    services.withdraw(release_id=newer.pk, by=developer, reason="A mistake.", now=NOW)
    assert _icon_of(app) == _sha256(ICON)


def test_an_app_without_a_published_release_has_no_icon(app: App, developer: User) -> None:
    release = _published(app, developer, ICON)
    services.withdraw(release_id=release.pk, by=developer, reason="A mistake.", now=NOW)
    assert _icon_of(app) == ""


def test_a_bundle_without_an_icon_has_none(app: App, developer: User) -> None:
    release = _submitted(app, developer, samples.bundle(component=samples.component()))
    jobs.analyse_release(release.pk, now=NOW)
    assert release.bundle.icon_sha256 == ""


@pytest.mark.parametrize("icon", UNSAFE.values(), ids=UNSAFE)
def test_an_icon_that_is_more_than_shapes_is_refused(app: App, developer: User, icon: bytes) -> None:
    with pytest.raises(BundleRejectedError, match=r"icon\.unsafe"):
        _submitted(app, developer, samples.bundle_with_icon(icon))
    assert not Bundle.objects.exists()


def test_another_icon_than_at_the_upload_is_never_a_pass(
    app: App, developer: User, caplog: pytest.LogCaptureFixture
) -> None:
    release = _submitted(app, developer, samples.bundle_with_icon(ICON))
    Bundle.objects.update(icon_sha256=_sha256(OTHER))
    jobs.analyse_release(release.pk, now=NOW)
    release.refresh_from_db()
    assert release.status == "rejected"
    assert not storage.from_settings().exists(_sha256(OTHER))
    assert "crashed" in caplog.text
