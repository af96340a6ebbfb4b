"""What a person may do, by their memberships."""

from forecourt.accounts.errors import NotPermittedError
from forecourt.accounts.models import Membership, Organisation, User

Kind = Organisation.Kind
Role = Membership.Role


def membership_of(user: User, kind: str) -> Membership | None:
    """The person's membership in an organisation of this kind, if any; the oldest first."""
    return (
        Membership.objects.filter(user=user, organisation__kind=kind)
        .select_related("organisation", "organisation__publisher")
        .order_by("pk")
        .first()
    )


def carmaker_role(user: User) -> str | None:
    """The person's role at the carmaker, or None."""
    membership = membership_of(user, Kind.CARMAKER)
    return membership.role if membership else None


def has_role(user: User, *roles: str) -> bool:
    """Whether the person works for the carmaker in one of these roles; an owner may do everything."""
    return carmaker_role(user) in {Role.OWNER, *roles}


def require_role(user: User, *roles: str) -> None:
    """Let only carmaker people with one of these roles pass.

    Raises:
        NotPermittedError: the person has none of them.
    """
    if not has_role(user, *roles):
        raise NotPermittedError
