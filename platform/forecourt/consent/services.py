"""What people ask of consent: credentials for clients, allow, deny, revoke, pause and resume."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from oauth2_provider.generators import generate_client_secret

from apps_registry import trail
from apps_registry.models import App
from forecourt.accounts.models import Organisation, User
from forecourt.consent import decisions, endings, publishing, redirects, selectors
from forecourt.consent.decisions import Allowed
from forecourt.consent.errors import (
    ClientExistsError,
    ConsentRequestGoneError,
    GrantNotLiveError,
    PartnerNotAdmittedError,
)
from forecourt.consent.models import LIVE, Application, AuthorizationRequest, Grant
from forecourt.consent.offers import Choice


@dataclass(frozen=True)
class Revoked:
    """When a grant ended, and its epoch since."""

    at: datetime
    epoch: int


@transaction.atomic
def register_client(*, app: App, redirect_uris: Sequence[str], by: User, now: datetime) -> tuple[Application, str]:
    """Make OAuth credentials for the cloud half of an app; the secret is answered once and kept as a hash.

    Raises:
        RedirectUriRefusedError: an address is neither https nor on loopback.
        ClientExistsError: the app has credentials.
    """
    uris = redirects.check_all(redirect_uris)
    grant_type = Application.GRANT_AUTHORIZATION_CODE
    made = _make_client(Application(app=app, name=app.name, redirect_uris=uris, authorization_grant_type=grant_type))
    detail = {"app": app.slug, "client": made[0].client_id, "redirect_uris": uris.split()}
    trail.record(actor=str(by.pk), action="client.registered", subject=f"app:{app.slug}", detail=detail, now=now)
    return made


@transaction.atomic
def register_partner_client(*, organisation: Organisation, by: User, now: datetime) -> tuple[Application, str]:
    """Make credentials with which a data partner pushes its feeds; the secret is answered once.

    Raises:
        PartnerNotAdmittedError: it is no admitted data partner.
    """
    is_partner = organisation.kind == Organisation.Kind.DATA_PARTNER
    if not is_partner or organisation.status != Organisation.Status.ADMITTED:
        raise PartnerNotAdmittedError
    grant_type = Application.GRANT_CLIENT_CREDENTIALS
    name = organisation.name
    made = _make_client(Application(organisation=organisation, name=name, authorization_grant_type=grant_type))
    subject, detail = f"organisation:{organisation.slug}", {"client": made[0].client_id}
    trail.record(actor=str(by.pk), action="client.registered", subject=subject, detail=detail, now=now)
    return made


def allow(pending: AuthorizationRequest, *, choice: Choice, issue_code: Callable[[Allowed], str], now: datetime) -> str:
    """Grant what the driver ticked, within what was asked and what the manifest declares; answers where to go next.

    `issue_code` makes the authorization code in the same transaction. An earlier grant of the app on a chosen car is
    superseded.

    Raises:
        ConsentTamperedError: the form holds a car, an item, a precision or a duration that was not shown.
        NoVehicleChosenError: no car is ticked.
        ConsentRequestGoneError: the request was answered meanwhile, or the app was withdrawn.
    """
    decision = decisions.check(pending, choice=choice, now=now)
    by = str(pending.user_id)
    with endings.withdrawing(decision.superseded, status=Grant.Status.SUPERSEDED, at=now):
        _close(pending, now=now)
        ended = endings.end_all(decision.superseded, status=Grant.Status.SUPERSEDED, by=by, now=now)
        allowed = decisions.write(pending, decision=decision, now=now)
        uri = issue_code(allowed)
        for grant in allowed.grants:
            publishing.publish_on_commit(grant, kind="granted", at=now)
        endings.record(ended, action="superseded", by=by, now=now)
        endings.record(allowed.grants, action="granted", by=by, now=now)
    return uri


@transaction.atomic
def deny(pending: AuthorizationRequest, *, now: datetime) -> None:
    """Close a request with nothing granted.

    Raises:
        ConsentRequestGoneError: it was answered meanwhile.
    """
    _close(pending, now=now)
    detail = {"app": pending.release.app.slug, "scope": pending.scope}
    trail.record(
        actor=str(pending.user_id), action="consent.denied", subject=f"request:{pending.pk}", detail=detail, now=now
    )


def revoke(*, grant_id: UUID, by: User, now: datetime) -> Revoked:
    """Take a permission back: silent at once, and then for good. A second call answers as the first.

    Raises:
        GrantNotFoundError: the person has no such grant.
        ConsentStoreSilentError: the streams could not be told; nothing was changed.
    """
    grant = selectors.grant_for(by, grant_id)
    if grant.status in LIVE:
        status = Grant.Status.REVOKED
        with endings.withdrawing([grant], status=status, at=now):
            endings.record(
                endings.end_all([grant], status=status, by=str(by.pk), now=now),
                action=status, by=str(by.pk), now=now,
            )  # fmt: skip
        grant.refresh_from_db()
    return Revoked(at=grant.ended_at or now, epoch=grant.epoch)


def pause(*, grant_id: UUID, by: User, now: datetime) -> Grant:
    """Stop the data of a grant until it is resumed.

    Raises:
        GrantNotFoundError: the person has no such grant.
        GrantNotLiveError: it is not active.
        ConsentStoreSilentError: the streams could not be told; nothing was changed.
    """
    grant = selectors.grant_for(by, grant_id)
    if grant.status != Grant.Status.ACTIVE:
        raise GrantNotLiveError
    with endings.withdrawing([grant], status=Grant.Status.PAUSED, at=now):
        return endings.move(grant, to=Grant.Status.PAUSED, by=str(by.pk), now=now)


def resume(*, grant_id: UUID, by: User, now: datetime) -> Grant:
    """Let the data of a paused grant flow again.

    Raises:
        GrantNotFoundError: the person has no such grant.
        GrantNotLiveError: it is not paused.
    """
    grant = selectors.grant_for(by, grant_id)
    if grant.status != Grant.Status.PAUSED:
        raise GrantNotLiveError
    with transaction.atomic():
        return endings.move(grant, to=Grant.Status.ACTIVE, by=str(by.pk), now=now)


def _close(pending: AuthorizationRequest, *, now: datetime) -> None:
    open_ones = AuthorizationRequest.objects.filter(pk=pending.pk, decided_at__isnull=True)
    if not open_ones.update(decided_at=now):
        raise ConsentRequestGoneError


def _make_client(application: Application) -> tuple[Application, str]:
    secret = generate_client_secret()
    application.client_type = Application.CLIENT_CONFIDENTIAL
    application.client_secret = secret
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError as error:
        raise ClientExistsError from error
    return application, secret
