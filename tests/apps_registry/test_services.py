"""Registering, keys, decisions, publishing and withdrawing."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps_registry import services, trail
from apps_registry.errors import (
    BadAppError,
    BadPublicKeyError,
    IllegalMoveError,
    KeyTakenError,
    NameTakenError,
    ReasonMissingError,
    ReleaseNotFoundError,
    ReleaseNotReviewableError,
    SelfReviewError,
    SlugTakenError,
)
from apps_registry.models import App, Release, Review, TrailEvent
from apps_registry.signals import release_approved, release_withdrawn
from forecourt.accounts.models import User
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

BAD_APPS = {
    "capitals": {"slug": "Smart"},
    "underscore": {"slug": "smart_charging"},
    "blank": {"slug": " "},
    "no name": {"name": ""},
    "name that reads backwards": {"name": "Smart \u202egnigrahC"},
    "null in the summary": {"summary": "Cheap\0"},
    "a novel for a summary": {"summary": "x" * 121},
    "script address": {"login_uri": "javascript:alert(1)"},
    "plain http elsewhere": {"login_uri": "http://nordlys.example/start"},
}


@pytest.fixture
def announced() -> Iterator[list[tuple[str, UUID]]]:
    """Every announcement of the registry."""
    heard: list[tuple[str, UUID]] = []

    def approved(release_id: UUID, **_: object) -> None:
        heard.append(("approved", release_id))

    def withdrawn(release_id: UUID, **_: object) -> None:
        heard.append(("withdrawn", release_id))

    release_approved.connect(approved)
    release_withdrawn.connect(withdrawn)
    yield heard
    release_approved.disconnect(approved)
    release_withdrawn.disconnect(withdrawn)


def _register(by: User, **fields: str) -> App:
    values = {"slug": "smart-charging", "name": "Smart Charging", "summary": "Cheap.", "category": "energy"} | fields
    return services.register_app(publisher=factories.publisher(), by=by, now=NOW, **values)


def _decide(release: Release, verdict: str = "approved", *, reviewer: User | None = None) -> Release:
    person = reviewer or factories.user()
    return services.decide(release_id=release.pk, reviewer=person, verdict=verdict, reason="Asks for little.", now=NOW)


def _last_event() -> tuple[str, str]:
    event = TrailEvent.objects.latest("pk")
    return event.action, event.subject


def test_a_registered_app_is_in_the_trail() -> None:
    app = _register(factories.user(), login_uri="http://127.0.0.1:9000/start")
    assert app.publisher.namespace == "nordlys-apps"
    assert _last_event() == ("app.registered", "app:smart-charging")


@pytest.mark.parametrize("flaw", BAD_APPS.values(), ids=BAD_APPS)
def test_an_app_with_a_malformed_field_is_refused(flaw: dict[str, str]) -> None:
    with pytest.raises(BadAppError):
        _register(factories.user(), **flaw)
    assert not App.objects.exists()


def test_a_slug_is_given_out_once() -> None:
    factories.app(factories.publisher("Rival", "rival"), name="Other")
    with pytest.raises(SlugTakenError):
        _register(factories.user())


def test_a_name_is_given_out_once_in_any_capitals() -> None:
    factories.app(factories.publisher("Rival", "rival"), slug="other", name="SMART charging")
    with pytest.raises(NameTakenError):
        _register(factories.user())
    assert not TrailEvent.objects.exists()


def test_a_publisher_key_is_added_in_lower_case() -> None:
    key = services.add_publisher_key(
        publisher=factories.publisher(), public_key=f" {'AB' * 32}\n", by=factories.user(), now=NOW
    )
    assert key.public_key == "ab" * 32
    assert _last_event() == ("publisher_key.added", "publisher:nordlys-apps")


@pytest.mark.parametrize("text", ["", "ab", "g" * 64, "a" * 63, "a" * 65])
def test_what_is_not_a_key_is_refused(text: str) -> None:
    with pytest.raises(BadPublicKeyError):
        services.add_publisher_key(publisher=factories.publisher(), public_key=text, by=factories.user(), now=NOW)


def test_a_key_belongs_to_one_publisher() -> None:
    taken = factories.publisher_key(factories.publisher("Rival", "rival")).public_key
    with pytest.raises(KeyTakenError):
        services.add_publisher_key(publisher=factories.publisher(), public_key=taken, by=factories.user(), now=NOW)


def test_an_approval_is_recorded_and_announced(
    announced: list[tuple[str, UUID]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    waiting = factories.release(status="in_review")
    with django_capture_on_commit_callbacks(execute=True):
        release = _decide(waiting)
        assert not announced
    assert release.status == "approved"
    assert Review.objects.get(release=release).verdict == "approved"
    assert _last_event() == ("release.approved", "release:smart-charging@1.0.0")
    assert announced == [("approved", release.pk)]


def test_a_rejection_is_recorded_and_not_announced(
    announced: list[tuple[str, UUID]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        release = _decide(factories.release(status="in_review"), "rejected")
    assert release.status == "rejected"
    assert not announced


@pytest.mark.parametrize("status", sorted(set(Release.Status) - {"in_review"}))
def test_only_a_release_in_review_is_decided(status: str) -> None:
    release = factories.release(status=status)
    with pytest.raises(ReleaseNotReviewableError):
        _decide(release)
    assert not Review.objects.exists()


def test_nobody_reviews_what_they_submitted() -> None:
    release = factories.release(status="in_review")
    with pytest.raises(SelfReviewError):
        _decide(release, reviewer=release.submitted_by)
    release.refresh_from_db()
    assert release.status == "in_review"


def test_nobody_reviews_what_their_own_key_signed() -> None:
    release = factories.release(status="in_review")
    with pytest.raises(SelfReviewError):
        _decide(release, reviewer=release.publisher_key.added_by)


def test_a_decision_needs_a_reason() -> None:
    release = factories.release(status="in_review")
    with pytest.raises(ReasonMissingError):
        services.decide(release_id=release.pk, reviewer=factories.user(), verdict="approved", reason=" ", now=NOW)


def test_a_release_that_does_not_exist_is_named() -> None:
    with pytest.raises(ReleaseNotFoundError):
        services.mark_published(release_id=uuid4(), now=NOW)


def test_publishing_twice_changes_nothing_more() -> None:
    release = factories.release(status="approved")
    for _ in range(2):
        services.mark_published(release_id=release.pk, now=NOW)
    release.refresh_from_db()
    assert (release.status, release.published_at) == ("published", NOW)
    assert TrailEvent.objects.count() == 1


@pytest.mark.parametrize("status", ["submitted", "in_analysis", "in_review", "rejected", "withdrawn"])
def test_what_was_not_approved_is_not_published(status: str) -> None:
    release = factories.release(status=status)
    with pytest.raises(IllegalMoveError):
        services.mark_published(release_id=release.pk, now=NOW)


def test_a_withdrawal_is_recorded_and_announced(
    announced: list[tuple[str, UUID]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    release = factories.release()
    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw(release_id=release.pk, by=factories.user(), reason="Leaks.", now=NOW)
    assert _last_event() == ("release.withdrawn", "release:smart-charging@1.0.0")
    assert announced == [("withdrawn", release.pk)]


def test_the_trail_stays_whole_over_a_releases_life() -> None:
    release = factories.release(status="in_review")
    _decide(release)
    services.mark_published(release_id=release.pk, now=NOW)
    services.withdraw(release_id=release.pk, by=factories.user(), reason="Leaks.", now=NOW)
    assert trail.verify() == 3
