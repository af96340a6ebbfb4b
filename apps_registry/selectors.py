"""Reads of the registry."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from apps_registry import sentences
from apps_registry.errors import AppNotFoundError, ReleaseNotFoundError
from apps_registry.models import AnalysisRun, App, Finding, Publisher, PublisherKey, Release, Review
from sandbox.wire import canonical, manifest

#: An analysis takes minutes; one that is not done by then was lost with its worker or its queue.
OVERDUE: Final = timedelta(minutes=10)
_WEIGHT: Final = Case(When(severity="error", then=Value(0)), When(severity="warning", then=Value(1)), default=Value(2))


def app_by_slug(slug: str) -> App:
    """The app with this short name, or AppNotFoundError."""
    app = App.objects.select_related("publisher").filter(slug=slug).first()
    if app is None:
        raise AppNotFoundError
    return app


def apps_of(publisher: Publisher) -> QuerySet[App]:
    """A publisher's apps, by name."""
    return App.objects.filter(publisher=publisher).order_by("name")


def keys_of(publisher: Publisher) -> QuerySet[PublisherKey]:
    """A publisher's current keys, newest first."""
    return PublisherKey.objects.filter(publisher=publisher, revoked_at=None).order_by("-added_at")


def store_listing() -> QuerySet[Release]:
    """The newest published release of every app that has one, by the app's name."""
    published = Release.objects.filter(status=Release.Status.PUBLISHED)
    newest = published.order_by("app_id", "-counter").distinct("app_id").values("pk")
    return _releases().filter(pk__in=newest).order_by("app__name")


def latest_published(app: App) -> Release | None:
    """The newest published release of an app."""
    return published_releases(app).first()


def published_releases(app: App) -> QuerySet[Release]:
    """The published releases of an app, newest first."""
    return _releases().filter(app=app, status=Release.Status.PUBLISHED).order_by("-counter")


def releases_of(publisher: Publisher) -> QuerySet[Release]:
    """Everything that a publisher submitted, newest first."""
    return _releases().filter(app__publisher=publisher).order_by("-submitted_at", "-counter")


def release(app_slug: str, version: str) -> Release:
    """One release by app and version, or ReleaseNotFoundError."""
    return _found(_releases().filter(app__slug=app_slug, version=version))


def release_by_id(release_id: UUID) -> Release:
    """One release by its id, or ReleaseNotFoundError."""
    return _found(_releases().filter(pk=release_id))


def review_queue() -> QuerySet[Release]:
    """What waits for a reviewer, oldest first."""
    return _releases().filter(status=Release.Status.IN_REVIEW).order_by("submitted_at")


def latest_run(release: Release) -> AnalysisRun | None:
    """The newest analysis of a release."""
    return AnalysisRun.objects.filter(release=release).order_by("-created_at").first()


def findings(release: Release) -> QuerySet[Finding]:
    """What the newest analysis found, errors first."""
    return Finding.objects.filter(run=latest_run(release)).order_by(_WEIGHT, "pk")


def review_of(release: Release) -> Review | None:
    """The decision about a release, if there is one yet."""
    return Review.objects.filter(release=release).select_related("reviewer").first()


def overdue_analyses(*, now: datetime) -> list[UUID]:
    """Releases that should have left analysis long ago, oldest first."""
    waiting = (Release.Status.SUBMITTED, Release.Status.IN_ANALYSIS)
    overdue = Release.objects.filter(status__in=waiting, submitted_at__lt=now - OVERDUE)
    return list(overdue.order_by("submitted_at").values_list("pk", flat=True))


def manifest_of(release: Release) -> manifest.Manifest:
    """A release's manifest, decoded."""
    return manifest.parse(canonical.dumps(release.manifest))


def permission_items(release: Release) -> list[dict[str, Any]]:
    """What a release asks for, in words for people: see `sentences.items`."""
    return sentences.items(manifest_of(release))


def _releases() -> QuerySet[Release]:
    return Release.objects.select_related("app__publisher", "bundle", "publisher_key")


def _found(matching: QuerySet[Release]) -> Release:
    match = matching.first()
    if match is None:
        raise ReleaseNotFoundError
    return match
