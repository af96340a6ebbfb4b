"""Which pages a person's header leads to, and which of them is home."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forecourt.accounts import selectors
from forecourt.accounts.models import Membership, Organisation, User

Role = Membership.Role
Kind = Organisation.Kind


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One link of the header."""

    href: str
    label: str | Promise
    icon: str


STORE: Final = Entry(href="/store/", label=_("Store"), icon="store")
CARS: Final = Entry(href="/cars/", label=_("My cars"), icon="car")
REVIEW: Final = Entry(href="/review/", label=_("Review"), icon="review")
FLEET: Final = (
    Entry(href="/carmaker/partners/", label=_("Partners"), icon="building"),
    Entry(href="/carmaker/vehicles/", label=_("Fleet"), icon="car"),
    Entry(href="/carmaker/deliveries/", label=_("Deliveries"), icon="truck"),
)
PEOPLE: Final = Entry(href="/carmaker/people/", label=_("People"), icon="people")
BY_ROLE: Final = {
    (Kind.CARMAKER, Role.OWNER): (*FLEET, REVIEW, PEOPLE),
    (Kind.CARMAKER, Role.OPERATOR): FLEET,
    (Kind.CARMAKER, Role.REVIEWER): (REVIEW,),
}
BY_KIND: Final = {
    Kind.DEVELOPER: (Entry(href="/developer/", label=_("My apps"), icon="box"),),
    Kind.DATA_PARTNER: (Entry(href="/partner/", label=_("My data"), icon="price"),),
}


def entries(user: User | AnonymousUser) -> list[Entry]:
    """The header's links: work first, then the store; drivers also have their cars."""
    if not isinstance(user, User):
        return [STORE]
    work = [entry for membership in selectors.memberships(user) for entry in _of(membership)]
    return [*work, STORE] if work else [CARS, STORE]


def home(user: User) -> str:
    """Where a person lands after signing in."""
    return entries(user)[0].href


def _of(membership: Membership) -> tuple[Entry, ...]:
    kind = Kind(membership.organisation.kind)
    return BY_ROLE.get((kind, Role(membership.role)), ()) or BY_KIND.get(kind, ())
