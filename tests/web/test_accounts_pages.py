"""Signing up, in and out, and applying."""

import pytest
from django.test import Client
from pytest_django import Settings

from forecourt.accounts.models import Organisation
from tests import factories
from tests.factories import PASSWORD
from tests.web.conftest import SignIn, data_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]
NEW = {"name": "Ida Lind", "email": "ida@example.org", "password": PASSWORD}


def test_signing_up_signs_in(client: Client) -> None:
    answer = client.post("/sign-up/", NEW)
    assert answer["Location"] == "/"
    assert client.get("/cars/").status_code == 200


def test_a_taken_address_is_a_problem_beside_the_form_which_keeps_what_was_typed(client: Client) -> None:
    factories.user(email="ida@example.org")
    page = client.post("/sign-up/", NEW)
    assert page.status_code == 409
    for kept in ('role="alert"', "Sign in instead", 'value="Ida Lind"', 'value="ida@example.org"'):
        assert kept in page.content.decode()


def test_an_address_that_is_too_long_is_named_where_it_is(client: Client) -> None:
    long = "ida@" + ".".join(["b" * 60] * 5)
    page = client.post("/sign-up/", NEW | {"email": long})
    assert page.status_code == 422
    assert 'id="id_email-error"' in page.content.decode()


def test_the_password_is_never_sent_back(client: Client) -> None:
    page = client.post("/sign-up/", NEW | {"email": "not an address"})
    assert PASSWORD not in page.content.decode()


def test_a_missing_field_is_named_where_it_is(client: Client) -> None:
    page = client.post("/sign-up/", NEW | {"name": ""})
    assert page.status_code == 422
    assert 'aria-describedby="id_name-error"' in page.content.decode()


def test_signing_in_works_in_any_case_of_the_address(client: Client) -> None:
    factories.user(email="ida@example.org")
    assert client.post("/sign-in/", {"email": "Ida@Example.org", "password": PASSWORD}).status_code == 302


def test_a_wrong_password_says_no_more_than_that(client: Client) -> None:
    factories.user(email="ida@example.org")
    known = client.post("/sign-in/", {"email": "ida@example.org", "password": "wrong"})
    unknown = client.post("/sign-in/", {"email": "nobody@example.org", "password": "wrong"})
    assert known.status_code == unknown.status_code == 422
    assert "do not belong together" in known.content.decode()
    assert "do not belong together" in unknown.content.decode()


def test_too_many_wrong_passwords_are_a_problem_that_says_how_long_to_wait(client: Client) -> None:
    factories.user(email="ida@example.org")
    form = {"email": "ida@example.org", "password": "wrong"}
    answers = [client.post("/sign-in/", form, REMOTE_ADDR="203.0.113.7") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    page = answers[-1].content.decode()
    assert "Wait five minutes" in page
    assert 'value="ida@example.org"' in page
    refused = client.post("/sign-in/", form | {"password": PASSWORD}, REMOTE_ADDR="203.0.113.7")
    assert refused.status_code == 429


def test_signing_in_returns_to_the_page_that_asked(client: Client) -> None:
    factories.user(email="ida@example.org")
    form = {"email": "ida@example.org", "password": PASSWORD, "next": "/o/authorize/?client_id=1"}
    assert client.post("/sign-in/", form)["Location"] == "/o/authorize/?client_id=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(elsewhere: str, client: Client) -> None:
    factories.user(email="ida@example.org")
    form = {"email": "ida@example.org", "password": PASSWORD, "next": elsewhere}
    assert client.post("/sign-in/", form)["Location"] == "/"


def test_signing_out_ends_the_session(as_person: SignIn) -> None:
    browser = as_person(factories.user())
    browser.post("/sign-out/")
    assert browser.get("/cars/").status_code == 302


def test_the_demos_logins_are_shown_only_in_the_demo(client: Client, settings: Settings) -> None:
    settings.DEMO_LOGINS = [("Driver", "driver@example.org", "a long password")]
    settings.DEMO = False
    assert "driver@example.org" not in client.get("/sign-in/").content.decode()
    settings.DEMO = True
    assert "driver@example.org" in client.get("/sign-in/").content.decode()


def test_applying_makes_an_organisation_that_waits(as_person: SignIn) -> None:
    browser = as_person(factories.user())
    answer = browser.post("/organisations/apply/", {"name": "Nordlys Apps", "kind": "developer"}, follow=True)
    assert "Waiting to be admitted" in answer.content.decode()
    assert Organisation.objects.get().status == Organisation.Status.APPLIED


def test_nobody_applies_to_be_the_carmaker(as_person: SignIn) -> None:
    page = as_person(factories.user()).post("/organisations/apply/", {"name": "Us", "kind": "carmaker"})
    assert page.status_code == 422
    assert not Organisation.objects.exists()


def test_a_partner_that_waits_gets_no_credentials(as_person: SignIn) -> None:
    browser = as_person(data_partner(status="applied"))
    assert "Waiting to be admitted" in browser.get("/partner/").content.decode()
    assert browser.post("/partner/credentials/").status_code == 403
