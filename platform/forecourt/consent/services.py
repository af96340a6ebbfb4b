"""What people ask of consent: credentials for clients, allow, deny, revoke, pause and resume."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
    PausedByAnotherError,
)
from forecourt.consent.models import LIVE, Application, AuthorizationRequest, Grant
from forecourt.consent.offers import Choice
from forecourt.vehicles.models import Vehicle


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
        NoVehicleChosenError, NothingChosenError: no car, or nothing at all, is ticked.
        ConsentRequestGoneError: the request was answered meanwhile, the app was withdrawn, or it was allowed on a car
            through another page at the same moment.
    """
    decision = decisions.check(pending, choice=choice, now=now)
    by = str(pending.user_id)
    with _alone_on_each_car(), endings.withdrawing(decision.superseded, status=Grant.Status.SUPERSEDED, at=now):
        _close(pending, now=now)
        ended = endings.end_all(decision.superseded, status=Grant.Status.SUPERSEDED, by=by, now=now)
        allowed = decisions.write(pending, decision=decision, now=now)
        uri = issue_code(allowed)
        for grant in allowed.grants:
            publishing.publish_on_commit(grant, kind="granted", at=now)
        endings.record(ended, action="superseded", by=by, now=now)
        endings.record(allowed.grants, action="granted", by=by, now=now)
    return uri


@contextmanager
def _alone_on_each_car() -> Iterator[None]:
    """Another page may have allowed the app on a car since this decision was checked; the first one stands."""
    try:
        yield
    except IntegrityError as error:
        if "one_live_grant_per_car" not in str(error):
            raise
        raise ConsentRequestGoneError from error


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
    """Stop the data of a grant until the same person resumes it.

    Raises:
        GrantNotFoundError: the person has no such grant.
        GrantNotLiveError: it is not active.
        ConsentStoreSilentError: the streams could not be told; nothing was changed.
    """
    grant = selectors.grant_for(by, grant_id)
    return _only(_paused([grant] if grant.status == Grant.Status.ACTIVE else [], by=by, now=now))


def pause_all(*, vehicle: Vehicle, by: User, now: datetime) -> list[Grant]:
    """Stop the data of every app on a car: an owner's word holds for all, a driver's for what they allowed.

    Raises:
        ConsentStoreSilentError: the streams could not be told; nothing was changed.
    """
    active = selectors.changeable(by, now=now).filter(vehicle=vehicle, status=Grant.Status.ACTIVE)
    return _paused(list(active), by=by, now=now)


def resume(*, grant_id: UUID, by: User, now: datetime) -> Grant:
    """Let the data of a paused grant flow again.

    Raises:
        GrantNotFoundError: the person has no such grant.
        GrantNotLiveError: it is not paused.
        PausedByAnotherError: somebody else paused it, or the person does not decide for the car any more.
    """
    grant = selectors.grant_for(by, grant_id)
    if grant.status != Grant.Status.PAUSED:
        raise GrantNotLiveError
    mine = selectors.resumable(by, now=now).filter(pk=grant_id)
    if not mine:
        raise PausedByAnotherError
    return _only(_resumed(mine, by=by, now=now))


def resume_all(*, vehicle: Vehicle, by: User, now: datetime) -> list[Grant]:
    """Let the data flow again of every app on a car that this person paused."""
    return _resumed(selectors.resumable(by, now=now).filter(vehicle=vehicle), by=by, now=now)


def _paused(grants: Sequence[Grant], *, by: User, now: datetime) -> list[Grant]:
    if not grants:
        return []
    with endings.withdrawing(grants, status=Grant.Status.PAUSED, at=now):
        return endings.move(grants, to=Grant.Status.PAUSED, by=by, now=now)


@transaction.atomic
def _resumed(grants: Iterable[Grant], *, by: User, now: datetime) -> list[Grant]:
    return endings.move(grants, to=Grant.Status.ACTIVE, by=by, now=now)


def _only(moved: Sequence[Grant]) -> Grant:
    if not moved:
        raise GrantNotLiveError
    return moved[0]


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
