"""Taking in a bundle: opened by the limited child, then held against what the registry knows."""

from datetime import datetime
from typing import BinaryIO

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Max

from apps_registry.errors import (
    BundleRejectedError,
    NotYourAppError,
    UnknownPublisherKeyError,
    VersionUsedError,
    WrongPublisherError,
)
from apps_registry.models import App, Bundle, Publisher, PublisherKey, Release
from sandbox.runtime import archive
from sandbox.runtime.archive import BundleRefused, Repacked
from sandbox.wire import bundles


def open_upload(content: BinaryIO) -> Repacked:
    """Let the limited child check an upload and pack it again.

    Raises:
        BundleRejectedError: it breaks a rule, or the child died over it.
    """
    try:
        return archive.open_untrusted(content)
    except BundleRefused as refusal:
        raise BundleRejectedError(rule=refusal.rule, text=refusal.text, hint=refusal.hint) from refusal


def admit(upload: Repacked, *, publisher: Publisher, by: AbstractBaseUser, now: datetime) -> Release:
    """Make the release of a checked bundle, with the app's next counter; the app's row stays locked.

    Raises:
        WrongPublisherError: the manifest names another publisher.
        NotYourAppError: the manifest names no app of this publisher.
        UnknownPublisherKeyError: the key that signed is not, or no longer, the publisher's.
        VersionUsedError: the app has this version.
    """
    said = upload.report.manifest
    if said.publisher != publisher.namespace:
        raise WrongPublisherError(f"The manifest says {said.publisher}, you are {publisher.namespace}.")
    app = App.objects.select_for_update().filter(publisher=publisher, slug=said.app).first()
    if app is None:
        raise NotYourAppError(f"You have no app {said.app}.")
    key = _trusted(publisher, upload.report.publisher_key)
    if app.releases.filter(version=said.version).exists():
        raise VersionUsedError(f"{said.app} {said.version} was submitted before.")
    return Release.objects.create(
        app=app,
        version=said.version,
        counter=_next_counter(app),
        manifest=said.to_dict(),
        bundle=_bundle(upload),
        publisher_key=key,
        submitted_by_id=by.pk,
        submitted_at=now,
    )


def _trusted(publisher: Publisher, public_key: str) -> PublisherKey:
    key = PublisherKey.objects.filter(publisher=publisher, public_key=public_key, revoked_at=None).first()
    if key is None:
        raise UnknownPublisherKeyError
    return key


def _next_counter(app: App) -> int:
    highest = app.releases.aggregate(highest=Max("counter"))["highest"]
    return int(highest or 0) + 1


def _bundle(upload: Repacked) -> Bundle:
    report = upload.report
    fields = {
        "upload_sha256": report.upload_sha256,
        "size": upload.size,
        "icon_sha256": report.files.get(bundles.ICON, ""),
    }
    return Bundle.objects.get_or_create(sha256=upload.sha256, defaults=fields)[0]
