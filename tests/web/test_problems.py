"""Errors as documents and as pages."""

import json

import pytest
from django.test import Client
from rest_framework.exceptions import NotAuthenticated

from forecourt.vehicles.errors import PairingCodeError, VehicleNotYoursError
from forecourt.web import problems
from tests.web.conftest import SignIn, World


@pytest.mark.parametrize("kind", problems.PROBLEMS, ids=lambda kind: kind.__name__)
def test_every_problem_has_a_type_a_title_and_a_status(kind: type[Exception]) -> None:
    document = problems.explain(kind)
    assert document["type"] == f"/problems/{kind.__name__}"
    assert document["title"].endswith((".", "`"))
    assert 400 <= problems.PROBLEMS[kind] < 600


def test_a_document_says_what_happened_and_what_to_do() -> None:
    document = problems.document(PairingCodeError("This car is paired already."), 422)
    assert document["detail"] == "This car is paired already."
    assert document["title"] == "This code is not shown by any car, or it is too old."
    assert document["resolution"].startswith("Look at the head unit again")


def test_an_error_without_words_of_its_own_reads_as_its_class() -> None:
    assert problems.document(VehicleNotYoursError(), 404)["detail"] == "This car is not paired with you."


def test_the_nearest_class_in_the_table_gives_the_status() -> None:
    class NewError(PairingCodeError):
        """A later kind."""

    assert problems.status_of(NewError()) == 422
    assert problems.status_of(NotAuthenticated()) == 401
    assert problems.status_of(RuntimeError()) is None


def test_a_person_gets_a_page_with_a_reference(world: World, as_person: SignIn) -> None:
    page = as_person(world.driver).get("/cars/car-0000000000/")
    assert page.status_code == 404
    assert "This car is not paired with you." in page.content.decode()
    assert "Reference" in page.content.decode()


def test_a_program_gets_a_problem_document(world: World, as_person: SignIn) -> None:
    answer = as_person(world.driver).get("/cars/car-0000000000/", headers={"accept": "application/json"})
    assert answer["Content-Type"] == "application/problem+json"
    document = json.loads(answer.content)
    assert {"type", "title", "status", "detail", "resolution"} <= document.keys()


def test_the_type_of_a_problem_leads_to_its_explanation(world: World, client: Client) -> None:
    del world
    page = client.get("/problems/PairingCodeError").content.decode()
    assert "Look at the head unit again" in page
    assert client.get("/problems/NoSuchError").status_code == 404


@pytest.mark.django_db
def test_a_missing_page_says_so_in_the_sites_own_words(client: Client) -> None:
    page = client.get("/nothing/here/")
    assert page.status_code == 404
    assert "There is no page here" in page.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_to_reload() -> None:
    page = Client(enforce_csrf_checks=True).post("/sign-in/", {"email": "a@example.org", "password": "x"})
    assert page.status_code == 403
    assert "This form is too old" in page.content.decode()
