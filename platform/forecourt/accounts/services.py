"""What people ask of accounts: sign up, sign in, apply, admit, add a member."""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from apps_registry import services as registry
from apps_registry import trail
from apps_registry.errors import SelfReviewError
from apps_registry.models import Publisher, Release
from forecourt.accounts import roles, throttle
from forecourt.accounts.errors import (
    EmailTakenError,
    NotPermittedError,
    OrganisationNameTakenError,
    OrganisationNotWaitingError,
    PersonUnknownError,
    TooManySignInsError,
    WeakPasswordError,
    WrongSignInError,
)
from forecourt.accounts.models import Membership, Organisation, User

SIGN_IN_SECONDS: Final = 300
SIGN_IN_ATTEMPTS: Final = 10  # wrong passwords in SIGN_IN_SECONDS, for one address and from one client

Kind = Organisation.Kind
Role = Membership.Role
Status = Organisation.Status


@transaction.atomic
def sign_up(*, email: str, name: str, password: str) -> User:
    """Make a person who can sign in.

    Raises:
        WeakPasswordError: the password is too easy to guess.
        EmailTakenError: the address belongs to somebody already, in any case of letters.
    """
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise WeakPasswordError(" ".join(error.messages)) from error
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name.strip())
    except IntegrityError as error:
        raise EmailTakenError from error


def sign_in(*, email: str, password: str, client: str) -> User:
    """Recognise a person by their password; `client` is where the request comes from.

    An address that nobody has costs as much time and gets the same words as a wrong password. Every try counts before
    it is looked at, so that many at once gain nothing; a good one is taken back.

    Raises:
        TooManySignInsError: too many wrong ones for this address or from this client; the password was not looked at.
        WrongSignInError: the two do not belong together.
    """
    address = email.strip().lower()
    keys = [f"sign-in:person:{sha256(address.encode()).hexdigest()}", f"sign-in:client:{client}"]
    if max(throttle.attempts(key, seconds=SIGN_IN_SECONDS) for key in keys) > SIGN_IN_ATTEMPTS:
        raise TooManySignInsError
    person = authenticate(username=address, password=password)
    if not isinstance(person, User):
        raise WrongSignInError
    for key in keys:
        throttle.forgive(key)
    return person


@transaction.atomic
def found_carmaker(*, name: str, owner: User, now: datetime) -> Organisation:
    """Set up the carmaker with its first administrator; there is one carmaker.

    Raises:
        OrganisationNameTakenError: the carmaker exists already.
    """
    organisation = _organisation(name=name, kind=Kind.CARMAKER, now=now)
    organisation.status, organisation.admitted_at = Status.ADMITTED, now
    organisation.save()
    Membership.objects.create(user=owner, organisation=organisation, role=Role.OWNER)
    _record(owner, "organisation.founded", organisation, now)
    return organisation


@transaction.atomic
def apply_for_organisation(*, user: User, name: str, kind: str, now: datetime) -> Organisation:
    """Ask the carmaker to admit a developer firm or a data partner; the person becomes its owner.

    Raises:
        NotPermittedError: nobody can apply to be the carmaker.
        OrganisationNameTakenError: the name is in use.
    """
    if kind not in {Kind.DEVELOPER, Kind.DATA_PARTNER}:
        raise NotPermittedError("An organisation applies as a developer or as a data partner.")
    organisation = _organisation(name=name, kind=kind, now=now)
    Membership.objects.create(user=user, organisation=organisation, role=Role.OWNER)
    _record(user, "organisation.applied", organisation, now)
    return organisation


@transaction.atomic
def admit(*, organisation_id: UUID, by: User, now: datetime) -> Organisation:
    """Let an organisation in; a developer firm becomes a publisher.

    Raises:
        NotPermittedError: only the carmaker's owner and operators admit.
        OrganisationNotWaitingError: it was decided already, or never applied.
    """
    roles.require_role(by, Role.OPERATOR)
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id, status=Status.APPLIED).first()
    if organisation is None:
        raise OrganisationNotWaitingError
    if organisation.kind == Kind.DEVELOPER:
        organisation.publisher = Publisher.objects.create(name=organisation.name, namespace=organisation.slug)
    organisation.status, organisation.admitted_at = Status.ADMITTED, now
    organisation.save()
    _record(by, "organisation.admitted", organisation, now)
    return organisation


@transaction.atomic
def add_member(*, organisation_id: UUID, email: str, role: str, by: User, now: datetime) -> Membership:
    """Give a person a role in an organisation; a second call changes the role.

    Raises:
        NotPermittedError: only an owner of that organisation adds members, and nobody changes their own role.
        PersonUnknownError: nobody has this address.
    """
    if not Membership.objects.filter(organisation_id=organisation_id, user=by, role=Role.OWNER).exists():
        raise NotPermittedError
    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        raise PersonUnknownError(f"Nobody has signed up as {email}.")
    if person == by:  # the last owner would shut everybody out
        raise NotPermittedError
    membership, _ = Membership.objects.update_or_create(
        user=person, organisation_id=organisation_id, defaults={"role": role}
    )
    trail.record(
        actor=str(by.pk), action="member.added", subject=str(organisation_id), now=now,
        detail={"person": person.pk, "role": role},
    )  # fmt: skip
    return membership


@transaction.atomic
def decide_release(*, release_id: UUID, reviewer: User, verdict: str, reason: str, now: datetime) -> Release:
    """Approve or reject a release; nobody decides about an app of a firm to which they belong.

    Raises:
        NotPermittedError: the person is no reviewer of the carmaker.
        SelfReviewError: the person is a member of the publisher's organisation, submitted the release or added its key.
        RegistryError: the registry refuses the decision; see `apps_registry.services.decide`.
    """
    roles.require_role(reviewer, Role.REVIEWER)
    firm = Organisation.objects.filter(publisher__apps__releases=release_id)
    if Membership.objects.filter(user=reviewer, organisation__in=firm).exists():
        raise SelfReviewError
    return registry.decide(release_id=release_id, reviewer=reviewer, verdict=verdict, reason=reason, now=now)


def _organisation(*, name: str, kind: str, now: datetime) -> Organisation:
    try:
        with transaction.atomic():
            return Organisation.objects.create(name=name.strip(), slug=_slug(name), kind=kind, applied_at=now)
    except IntegrityError as error:
        raise OrganisationNameTakenError(f"{name} is taken.") from error


def _slug(name: str) -> str:
    """The name's short form; a name without Latin letters gets one that only tells it apart."""
    return slugify(name)[:40].strip("-") or f"organisation-{secrets.token_hex(4)}"


def _record(actor: User, action: str, organisation: Organisation, now: datetime) -> None:
    detail = {"name": organisation.name, "kind": organisation.kind}
    trail.record(actor=str(actor.pk), action=action, subject=str(organisation.pk), detail=detail, now=now)
