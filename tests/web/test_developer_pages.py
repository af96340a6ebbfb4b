"""The developer's portal."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps_registry.models import AnalysisRun, App, Finding, PublisherKey, Release, Review
from forecourt.accounts.models import Organisation
from forecourt.consent.models import Application
from tests import factories
from tests.factories import NOW
from tests.web.conftest import SignIn, World

FORM = {
    "name": "Trip Log",
    "slug": "trip-log",
    "summary": "Writes your trips down.",
    "category": "fleet",
    "login_uri": "https://nordlys.example/start",
    "redirect_uri": "https://nordlys.example/callback",
}
RELEASE = "/developer/apps/smart-charging/releases/1.1.0/"


@pytest.fixture
def portal(world: World, as_person: SignIn) -> Client:
    """The developer's browser."""
    return as_person(world.developer)


def credential(page: Any, name: str) -> str:
    found = re.search(rf'data-credential="{name}">([^<]+)<', page.content.decode())
    return found[1] if found else ""


def test_a_suspended_firm_registers_nothing(portal: Client) -> None:
    Organisation.objects.filter(kind="developer").update(status="suspended")
    assert "Waiting to be admitted" in portal.get("/developer/").content.decode()
    answers = [
        portal.post("/developer/keys/", {"public_key": "ab" * 32}),
        portal.post("/developer/apps/new/", FORM),
        portal.post("/developer/apps/smart-charging/releases/new/", {"bundle": SimpleUploadedFile("a.zip", b"zip")}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3


def test_registering_an_app_shows_its_credentials_once(portal: Client) -> None:
    page = portal.post("/developer/apps/new/", FORM)
    client = Application.objects.get(client_id=credential(page, "client_id"))
    assert client.app == App.objects.get(slug="trip-log")
    assert len(credential(page, "client_secret")) >= 32
    assert "no-store" in page["Cache-Control"]


def test_a_taken_short_name_keeps_the_whole_form_and_makes_nothing(portal: Client) -> None:
    page = portal.post("/developer/apps/new/", FORM | {"slug": "smart-charging"})
    assert page.status_code == 409
    assert 'value="Trip Log"' in page.content.decode()
    assert not App.objects.filter(name="Trip Log").exists()


def test_a_refused_redirect_address_registers_no_app(portal: Client) -> None:
    page = portal.post("/developer/apps/new/", FORM | {"redirect_uri": "http://nordlys.example/callback"})
    assert 'role="alert"' in page.content.decode()
    assert not App.objects.filter(slug="trip-log").exists()


def test_a_key_is_added(portal: Client) -> None:
    portal.post("/developer/keys/", {"public_key": "1f" * 32})
    assert PublisherKey.objects.filter(public_key="1f" * 32).exists()


def test_a_wrong_key_is_a_problem_and_stays_in_the_field(portal: Client) -> None:
    page = portal.post("/developer/keys/", {"public_key": "not hex"})
    assert page.status_code == 422
    assert 'value="not hex"' in page.content.decode()


def test_a_file_that_is_no_bundle_is_refused_with_a_rule_and_a_hint(
    portal: Client, settings: Settings, tmp_path: Any
) -> None:
    settings.BLOB_STORE_URL = f"file://{tmp_path}"
    before = Release.objects.count()
    upload = SimpleUploadedFile("app.zip", b"this is no zip")
    page = portal.post("/developer/apps/smart-charging/releases/new/", {"bundle": upload})
    assert page.status_code == 422
    assert "archive.not-a-zip" in page.content.decode()
    assert Release.objects.count() == before


def test_a_release_says_what_its_checks_found(portal: Client, world: World) -> None:
    run = AnalysisRun.objects.create(release=world.waiting, ruleset="1", status="findings", finished_at=NOW)
    Finding.objects.create(run=run, rule="run.denied", severity="warning", text="It reads the place.", hint="Ask.")
    page = portal.get(RELEASE).content.decode()
    assert "It reads the place." in page
    assert "How to fix it: Ask." in page


def test_programs_get_the_release_as_json(portal: Client, world: World) -> None:
    run = AnalysisRun.objects.create(release=world.waiting, ruleset="1", status="findings")
    Finding.objects.create(run=run, rule="run.denied", severity="warning", text="It reads the place.")
    answer = portal.get(RELEASE, headers={"accept": "application/json"}).json()
    assert (answer["version"], answer["status"]) == ("1.1.0", "in_review")
    assert answer["findings"][0]["rule"] == "run.denied"


def test_a_release_in_analysis_looks_again_by_itself(portal: Client, world: World) -> None:
    factories.release(world.app, counter=3, version="1.2.0", status="in_analysis")
    address = "/developer/apps/smart-charging/releases/1.2.0/"
    assert 'hx-trigger="every 2s"' in portal.get(address).content.decode()
    assert "<html" not in portal.get(address, headers={"hx-request": "true"}).content.decode()


def test_a_rejected_release_shows_the_reviewers_reason(portal: Client, world: World) -> None:
    Release.objects.filter(pk=world.waiting.pk).update(status="rejected")
    reason = "Ask for less."
    Review.objects.create(
        release=world.waiting, reviewer=world.reviewer, verdict="rejected", reason=reason, decided_at=NOW
    )
    assert reason in portal.get(RELEASE).content.decode()


def test_withdrawing_needs_the_version_typed(portal: Client, world: World) -> None:
    portal.post(f"{RELEASE}withdraw/", {"confirm": "1.0.0", "reason": "A mistake."})
    world.waiting.refresh_from_db()
    assert world.waiting.status == Release.Status.IN_REVIEW
    portal.post(f"{RELEASE}withdraw/", {"confirm": "1.1.0", "reason": "A mistake."})
    world.waiting.refresh_from_db()
    assert world.waiting.status == Release.Status.WITHDRAWN


@pytest.mark.parametrize("page", ["", "releases/new/", "releases/1.0.0/"])
def test_another_firms_app_looks_as_if_it_did_not_exist(page: str, world: World, as_person: SignIn) -> None:
    del world
    stranger = factories.developer("tern-works")
    assert as_person(stranger).get(f"/developer/apps/smart-charging/{page}").status_code == 404


def test_a_partner_gets_credentials_once(world: World, as_person: SignIn) -> None:
    page = as_person(world.partner).post("/partner/credentials/")
    client = Application.objects.get(client_id=credential(page, "client_id"))
    assert client.organisation is not None
    assert credential(page, "client_secret")
