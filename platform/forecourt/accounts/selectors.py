"""Reads of people and organisations."""

from django.db.models import QuerySet

from forecourt.accounts.models import Membership, Organisation, User


def partners() -> QuerySet[Organisation]:
    """Every organisation but the carmaker: those that wait first, then by name."""
    others = Organisation.objects.exclude(kind=Organisation.Kind.CARMAKER)
    return others.order_by("-status", "name")


def people(organisation: Organisation) -> QuerySet[Membership]:
    """The members of an organisation, by name."""
    return organisation.memberships.select_related("user").order_by("user__name")


def memberships(user: User) -> QuerySet[Membership]:
    """The person's organisations."""
    return user.memberships.select_related("organisation").order_by("pk")
