"""People sign up, organisations are admitted, members are added; each with its refusals."""

import pytest

from apps_registry.errors import SelfReviewError
from apps_registry.models import Publisher, TrailEvent
from forecourt.accounts import roles, services
from forecourt.accounts.errors import (
    EmailTakenError,
    NotPermittedError,
    OrganisationNameTakenError,
    OrganisationNotWaitingError,
    PersonUnknownError,
    WeakPasswordError,
)
from forecourt.accounts.models import Membership, Organisation, User
from tests import factories
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db


def apply(kind: str = "developer", name: str = "Nordlys Apps") -> Organisation:
    return services.apply_for_organisation(user=factories.user(), name=name, kind=kind, now=NOW)


def test_a_person_signs_up_with_the_address_in_lower_case() -> None:
    person = services.sign_up(email=" Nora@Nordlys.Example ", name="Nora", password=PASSWORD)
    assert person.email == "nora@nordlys.example"
    assert person.check_password(PASSWORD)


def test_an_address_is_used_once_in_any_case() -> None:
    services.sign_up(email="nora@nordlys.example", name="Nora", password=PASSWORD)
    with pytest.raises(EmailTakenError):
        services.sign_up(email="NORA@nordlys.example", name="Nora", password=PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "password123", "nora@nordlys.example"])
def test_a_weak_password_makes_no_person(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        services.sign_up(email="nora@nordlys.example", name="Nora", password=password)
    assert not User.objects.exists()


def test_there_is_one_carmaker() -> None:
    services.found_carmaker(name="Meridian Motors", owner=factories.user(), now=NOW)
    with pytest.raises(OrganisationNameTakenError):
        services.found_carmaker(name="Other Motors", owner=factories.user(), now=NOW)


def test_an_admitted_developer_becomes_a_publisher() -> None:
    organisation = services.admit(organisation_id=apply().pk, by=factories.carmaker_person("operator"), now=NOW)
    assert organisation.status == "admitted"
    assert organisation.publisher == Publisher.objects.get(namespace="nordlys-apps")


def test_an_admitted_data_partner_is_no_publisher() -> None:
    organisation = services.admit(organisation_id=apply("data_partner").pk, by=factories.carmaker_person(), now=NOW)
    assert organisation.publisher is None


def test_nobody_applies_to_be_the_carmaker() -> None:
    with pytest.raises(NotPermittedError):
        apply("carmaker")
    assert not Organisation.objects.exists()


def test_an_organisation_name_is_used_once() -> None:
    apply()
    with pytest.raises(OrganisationNameTakenError):
        apply(name="NORDLYS APPS")


def test_a_name_without_latin_letters_gets_a_short_form_of_its_own() -> None:
    slugs = {apply(name=name).slug for name in ("東京電力", "Ενέργεια", "!" * 5)}
    assert len(slugs) == 3
    assert all(slug.startswith("organisation-") for slug in slugs)


def test_a_long_name_is_cut_to_a_short_form_that_ends_in_a_letter() -> None:
    assert apply(name="N" * 39 + " Apps").slug == "n" * 39


def test_a_reviewer_admits_nobody() -> None:
    waiting = apply()
    with pytest.raises(NotPermittedError):
        services.admit(organisation_id=waiting.pk, by=factories.carmaker_person("reviewer"), now=NOW)
    waiting.refresh_from_db()
    assert waiting.status == "applied"


def test_an_organisation_is_admitted_once() -> None:
    waiting, owner = apply(), factories.carmaker_person()
    services.admit(organisation_id=waiting.pk, by=owner, now=NOW)
    with pytest.raises(OrganisationNotWaitingError):
        services.admit(organisation_id=waiting.pk, by=owner, now=NOW)


def test_every_decision_is_in_the_trail() -> None:
    services.admit(organisation_id=apply().pk, by=factories.carmaker_person(), now=NOW)
    assert list(TrailEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "organisation.applied",
        "organisation.admitted",
    ]


def test_an_owner_adds_a_reviewer_and_changes_the_role() -> None:
    owner, person = factories.carmaker_person(), factories.user()
    carmaker = factories.carmaker()
    for role in ("reviewer", "operator"):
        services.add_member(organisation_id=carmaker.pk, email=person.email.upper(), role=role, by=owner, now=NOW)
    assert roles.carmaker_role(person) == "operator"
    assert Membership.objects.filter(user=person).count() == 1


def test_only_an_owner_adds_members() -> None:
    person = factories.user()
    with pytest.raises(NotPermittedError):
        services.add_member(
            organisation_id=factories.carmaker().pk,
            email=person.email,
            role="owner",
            by=factories.carmaker_person("operator"),
            now=NOW,
        )
    assert roles.carmaker_role(person) is None


def test_the_only_owner_cannot_give_the_role_away() -> None:
    owner = factories.carmaker_person()
    with pytest.raises(NotPermittedError):
        services.add_member(
            organisation_id=factories.carmaker().pk, email=owner.email, role="reviewer", by=owner, now=NOW
        )
    assert roles.carmaker_role(owner) == "owner"


def test_a_stranger_cannot_be_added() -> None:
    owner = factories.carmaker_person()
    with pytest.raises(PersonUnknownError, match=r"nobody@example\.org"):
        services.add_member(
            organisation_id=factories.carmaker().pk, email="nobody@example.org", role="reviewer", by=owner, now=NOW
        )


def test_nobody_decides_about_an_app_of_their_own_firm() -> None:
    release = factories.release(status="in_review")
    reviewer = factories.carmaker_person("reviewer")
    Membership.objects.create(
        user=reviewer, organisation=factories.developer().memberships.get().organisation, role="member"
    )
    with pytest.raises(SelfReviewError):
        services.decide_release(release_id=release.pk, reviewer=reviewer, verdict="approved", reason="Fine.", now=NOW)
    release.refresh_from_db()
    assert release.status == "in_review"


def test_an_operator_decides_about_no_app() -> None:
    operator = factories.carmaker_person("operator")
    with pytest.raises(NotPermittedError):
        services.decide_release(
            release_id=factories.release(status="in_review").pk,
            reviewer=operator,
            verdict="approved",
            reason="x",
            now=NOW,
        )


def test_a_reviewer_from_elsewhere_decides() -> None:
    release = factories.release(status="in_review")
    reviewer = factories.carmaker_person("reviewer")
    decided = services.decide_release(
        release_id=release.pk, reviewer=reviewer, verdict="rejected", reason="Too hurried.", now=NOW
    )
    assert decided.status == "rejected"


def test_a_developer_has_no_role_at_the_carmaker() -> None:
    assert not roles.has_role(factories.developer(), "reviewer")
