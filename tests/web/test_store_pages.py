"""The store."""

import json

import pytest
from django.test import Client

from apps_registry.models import AnalysisRun, Release
from tests import factories
from tests.web.conftest import SignIn, World


@pytest.mark.django_db
def test_an_empty_store_says_what_it_is_for(client: Client) -> None:
    assert "No app is published yet" in client.get("/store/").content.decode()


def test_only_published_releases_are_in_the_store(world: World, client: Client) -> None:
    draft = factories.app(slug="trip-log")
    factories.release(draft, status="in_review")
    page = client.get("/store/").content.decode()
    assert world.app.name in page
    assert "Trip Log" not in page
    assert client.get("/store/trip-log/").status_code == 404


def test_the_app_page_says_what_it_asks_for_and_whether_it_fits(world: World, as_person: SignIn) -> None:
    Release.objects.filter(pk=world.release.pk).update(
        manifest=factories.manifest(vehicles={"hardware_ids": ["hu-compact"], "minimum_runtime": "1.0.0"})
    )
    page = as_person(world.driver).get("/store/smart-charging/").content.decode()
    for words in ("See how full the battery is", "To plan cheap charging", "Fits", "Does not fit", "Install Smart"):
        assert words in page


def test_the_card_from_the_checks_is_shown_and_labelled(world: World, client: Client) -> None:
    card = {"title": "Smart charging", "rows": [{"label": "Battery", "value": "41 %"}]}
    report = {"cards": [json.dumps(card)]}
    AnalysisRun.objects.create(release=world.release, ruleset="1", status="passed", report=report)
    page = client.get("/store/").content.decode()
    assert "41 %" in page
    assert "Simulated" in page


def test_installing_starts_at_the_apps_own_address(world: World, as_person: SignIn) -> None:
    answer = as_person(world.driver).post("/store/smart-charging/install/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://nordlys.example/start?iss=http%3A%2F%2F")
    assert "target_link_uri=" in answer["Location"]


def test_the_install_button_may_lead_to_the_app_and_nowhere_else(world: World, as_person: SignIn) -> None:
    policy = as_person(world.driver).get("/store/smart-charging/")["Content-Security-Policy"]
    assert "form-action 'self' https://nordlys.example;" in policy


def test_an_app_without_a_start_address_is_not_offered_for_installing(world: World, as_person: SignIn) -> None:
    app = factories.app(slug="trip-log")
    factories.release(app)
    page = as_person(world.driver).get("/store/trip-log/").content.decode()
    assert "Install Trip Log" not in page
