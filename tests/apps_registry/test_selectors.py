"""Reads: the store, the queue, a publisher's releases, findings, permissions in words."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apps_registry import selectors
from apps_registry.errors import AppNotFoundError, ReleaseNotFoundError
from apps_registry.models import AnalysisRun, Finding
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_store_lists_the_newest_published_release_of_each_app() -> None:
    charging, other = factories.app(), factories.app(slug="another-app")
    for counter, status in enumerate(["published", "published", "in_review", "withdrawn"], start=1):
        factories.release(charging, counter=counter, status=status)
    factories.release(other, status="approved")
    assert [release.version for release in selectors.store_listing()] == ["1.0.1"]
    latest = selectors.latest_published(charging)
    assert latest is not None
    assert latest.counter == 2
    assert selectors.latest_published(other) is None


def test_the_queue_is_oldest_first() -> None:
    app = factories.app()
    late = factories.release(app, counter=1, status="in_review", submitted_at=NOW)
    early = factories.release(app, counter=2, status="in_review", submitted_at=NOW - timedelta(hours=1))
    factories.release(app, counter=3, status="submitted")
    assert list(selectors.review_queue()) == [early, late]


def test_a_publisher_sees_its_own_apps_releases_and_current_keys() -> None:
    mine = factories.release()
    factories.release(factories.app(factories.publisher("Rival", "rival"), slug="rival-app"))
    publisher = mine.app.publisher
    revoked = factories.publisher_key(publisher)
    revoked.revoked_at = NOW
    revoked.save()
    assert list(selectors.releases_of(publisher)) == [mine]
    assert list(selectors.apps_of(publisher)) == [mine.app]
    assert list(selectors.keys_of(publisher)) == [mine.publisher_key]


def test_what_exists_is_found_by_name() -> None:
    release = factories.release()
    assert selectors.app_by_slug("smart-charging") == release.app
    assert selectors.release("smart-charging", "1.0.0") == release
    assert selectors.release_by_id(release.pk) == release


def test_what_does_not_exist_is_named() -> None:
    with pytest.raises(AppNotFoundError):
        selectors.app_by_slug("nothing")
    with pytest.raises(ReleaseNotFoundError):
        selectors.release("smart-charging", "9.9.9")
    with pytest.raises(ReleaseNotFoundError):
        selectors.release_by_id(uuid4())


def test_findings_are_of_the_newest_run_and_errors_come_first() -> None:
    release = factories.release()
    old, new = (AnalysisRun.objects.create(release=release, ruleset=ruleset) for ruleset in ("1", "2"))
    Finding.objects.create(run=old, rule="old", severity="error", text="…")
    for severity in ("note", "error", "warning"):
        Finding.objects.create(run=new, rule=severity, severity=severity, text="…")
    assert [finding.rule for finding in selectors.findings(release)] == ["error", "warning", "note"]


def test_a_release_without_a_run_has_no_findings() -> None:
    assert not selectors.findings(factories.release()).exists()


def test_only_an_analysis_that_is_long_due_is_overdue() -> None:
    app = factories.app()
    lost = factories.release(app, counter=1, status="in_analysis", submitted_at=NOW - timedelta(minutes=11))
    factories.release(app, counter=2, status="submitted", submitted_at=NOW - timedelta(minutes=9))
    factories.release(app, counter=3, status="in_review", submitted_at=NOW - timedelta(days=1))
    assert selectors.overdue_analyses(now=NOW) == [lost.pk]


def test_permissions_are_told_in_words_and_in_the_manifests_order() -> None:
    battery, charging, place = selectors.permission_items(factories.release())
    assert battery["sentence"] == "See how full the battery is, live"
    assert battery["purpose_sentence"] == "to plan cheap charging and start or stop it for you"
    assert (battery["purpose"], battery["required"], battery["max_hz"]) == ("smart-charging", True, 1.0)
    assert charging["sentence"] == "Start or stop charging"
    assert (place["index"], place["required"]) == (2, False)
    assert place["sentence"] == "See where the car is to within 1 km, live"
