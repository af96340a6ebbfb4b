"""What people ask of the registry: register, submit, decide, withdraw."""

import io
import re
from datetime import datetime
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps_registry import intake, storage, tasks, trail, transitions
from apps_registry.errors import (
    BadAppError,
    BadPublicKeyError,
    KeyTakenError,
    NameTakenError,
    ReasonMissingError,
    ReleaseNotFoundError,
    ReleaseNotReviewableError,
    SelfReviewError,
    SlugTakenError,
)
from apps_registry.models import App, Publisher, PublisherKey, Release, Review
from apps_registry.signals import release_approved, release_withdrawn
from sandbox.wire import plain

Status = Release.Status
_PUBLIC_KEY: Final = re.compile(r"[0-9a-f]{64}")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})


@transaction.atomic
def register_app(  # noqa: PLR0913 - an app has that many fields
    *,
    publisher: Publisher,
    slug: str,
    name: str,
    summary: str,
    category: str,
    login_uri: str = "",
    by: AbstractBaseUser,
    now: datetime,
) -> App:
    """Register an app under a short name that is never given out again.

    Raises:
        BadAppError: a field is missing or malformed.
        SlugTakenError: another app has this short name.
        NameTakenError: another app has this name, in any capitals.
    """
    app = App(
        publisher=publisher,
        slug=slug,
        name=name.strip(),
        summary=summary.strip(),
        category=category,
        login_uri=login_uri,
    )
    _check_app(app)
    try:
        with transaction.atomic():
            app.save(force_insert=True)
    except IntegrityError as error:
        raise NameTakenError if "app_name_is_unique" in str(error) else SlugTakenError from error
    _record(by, "app.registered", f"app:{slug}", {"name": app.name, "publisher": publisher.namespace}, now)
    return app


@transaction.atomic
def add_publisher_key(*, publisher: Publisher, public_key: str, by: AbstractBaseUser, now: datetime) -> PublisherKey:
    """Trust a key to sign a publisher's bundles.

    Raises:
        BadPublicKeyError: not 64 hexadecimal digits.
        KeyTakenError: it is registered already, here or elsewhere.
    """
    digits = public_key.strip().lower()
    if not _PUBLIC_KEY.fullmatch(digits):
        raise BadPublicKeyError
    try:
        with transaction.atomic():
            key = PublisherKey.objects.create(publisher=publisher, public_key=digits, added_by_id=by.pk, added_at=now)
    except IntegrityError as error:
        raise KeyTakenError from error
    _record(by, "publisher_key.added", f"publisher:{publisher.namespace}", {"public_key": digits}, now)
    return key


def submit_bundle(*, publisher: Publisher, content: BinaryIO, by: AbstractBaseUser, now: datetime) -> Release:
    """Take in a bundle: opened and packed again by the limited child, checked, kept, and sent to vetting.

    Raises:
        BundleRejectedError: the archive, the manifest or the signature breaks a rule, which it names.
        WrongPublisherError, NotYourAppError, UnknownPublisherKeyError, VersionUsedError: see there.
    """
    upload = intake.open_upload(content)
    with transaction.atomic():
        release = intake.admit(upload, publisher=publisher, by=by, now=now)
        storage.from_settings().put(upload.sha256, io.BytesIO(upload.content))
        detail = {"sha256": upload.sha256, "counter": release.counter, "public_key": upload.report.publisher_key}
        _record(by, "release.submitted", transitions.named(release), detail, now)
        transaction.on_commit(lambda: tasks.analyse_release.delay(release_id=str(release.pk)))
    return release


@transaction.atomic
def decide(*, release_id: UUID, reviewer: AbstractBaseUser, verdict: str, reason: str, now: datetime) -> Release:
    """Approve or reject a release; an approval is announced once it is committed.

    Raises:
        ReasonMissingError: the reason is blank.
        ReleaseNotFoundError: no such release.
        ReleaseNotReviewableError: it is not waiting for review, or was decided meanwhile.
        SelfReviewError: the reviewer submitted it, or registered the key that signed it.
    """
    decided = Review.Verdict(verdict)
    release, said = _locked(release_id), _reason(reason)
    if release.status != Status.IN_REVIEW:
        raise ReleaseNotReviewableError(_("The release is in the state “%s”.") % release.get_status_display())
    if reviewer.pk in {release.submitted_by_id, release.publisher_key.added_by_id}:
        raise SelfReviewError
    Review.objects.create(release=release, reviewer_id=reviewer.pk, verdict=decided, reason=said, decided_at=now)
    detail = {"reason": said, "sha256": release.bundle_id}
    transitions.move(release, Status(decided.value), actor=str(reviewer.pk), detail=detail, now=now)
    if decided == Review.Verdict.APPROVED:
        transaction.on_commit(lambda: _announce(release_approved, release))
    return release


@transaction.atomic
def mark_published(*, release_id: UUID, now: datetime) -> Release:
    """Say that an approved release is signed into the image repository; saying it twice changes nothing.

    Raises:
        ReleaseNotFoundError: no such release.
        IllegalMoveError: it was never approved, or is withdrawn.
    """
    release = _locked(release_id)
    if release.status != Status.PUBLISHED:
        transitions.move(release, Status.PUBLISHED, actor="signer", detail={"sha256": release.bundle_id}, now=now)
    return release


@transaction.atomic
def withdraw(*, release_id: UUID, by: AbstractBaseUser, reason: str, now: datetime) -> Release:
    """Take a release back, wherever it stands; cars refuse it from their next poll.

    Raises:
        ReasonMissingError: the reason is blank.
        ReleaseNotFoundError: no such release.
        IllegalMoveError: it is rejected or withdrawn already.
    """
    release, said = _locked(release_id), _reason(reason)
    transitions.move(release, Status.WITHDRAWN, actor=str(by.pk), detail={"reason": said}, now=now)
    transaction.on_commit(lambda: _announce(release_withdrawn, release))
    return release


def _check_app(app: App) -> None:
    try:
        app.clean_fields()
    except ValidationError as error:
        flaws = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
        raise BadAppError(flaws) from error
    if found := plain.first_flaw([app.name, app.summary]):
        raise BadAppError(f"The name or the summary {found}.")
    if app.slug != app.slug.lower() or "_" in app.slug:
        raise BadAppError("slug: Use lower-case letters, digits and hyphens.")
    if app.login_uri and not _may_sign_in_at(app.login_uri):
        raise BadAppError("login_uri: Use https, or http on this machine while you develop.")


def _may_sign_in_at(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _locked(release_id: UUID) -> Release:
    locked = Release.objects.select_for_update(of=("self",)).select_related("app", "publisher_key")
    release = locked.filter(pk=release_id).first()
    if release is None:
        raise ReleaseNotFoundError
    return release


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonMissingError
    return text.strip()


def _announce(signal: Any, release: Release) -> None:
    signal.send(Release, release_id=release.pk)


def _record(by: AbstractBaseUser, action: str, subject: str, detail: dict[str, object], now: datetime) -> None:
    trail.record(actor=str(by.pk), action=action, subject=subject, detail=detail, now=now)
