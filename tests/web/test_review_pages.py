"""The review desk."""

import json
import re

from apps_registry.models import AnalysisRun, Release
from tests.factories import NOW
from tests.web.conftest import SignIn, World

CARD = {"title": "Smart charging", "rows": [{"label": "Battery", "value": "41 %"}]}


def test_the_queue_shows_what_waits(world: World, as_person: SignIn) -> None:
    page = as_person(world.reviewer).get("/review/").content.decode()
    assert "Smart Charging 1.1.0" in page
    assert "Smart Charging 1.0.0" not in page


def test_the_desk_shows_permissions_and_what_the_app_did(world: World, as_person: SignIn) -> None:
    report = {"ticks": 480, "card_count": 9, "actuation_count": 2, "fuel_max": 8_100_000, "cards": [json.dumps(CARD)]}
    AnalysisRun.objects.create(release=world.waiting, ruleset="1", status="passed", report=report, finished_at=NOW)
    page = as_person(world.reviewer).get(f"/review/{world.waiting.pk}/").content.decode()
    for words in ("See how full the battery is", "Start or stop charging", "8.1", "41 %", "Simulated"):
        assert words in page


def test_a_card_that_nobody_can_read_is_passed_over(world: World, as_person: SignIn) -> None:
    report = {"cards": ["not a card", json.dumps(CARD)]}
    AnalysisRun.objects.create(release=world.waiting, ruleset="1", status="passed", report=report)
    assert "41 %" in as_person(world.reviewer).get(f"/review/{world.waiting.pk}/").content.decode()


def test_approving_returns_to_the_queue(world: World, as_person: SignIn) -> None:
    form = {"verdict": "approved", "reason": "Asks only for what it needs."}
    answer = as_person(world.reviewer).post(f"/review/{world.waiting.pk}/decide/", form)
    assert answer["Location"] == "/review/"
    world.waiting.refresh_from_db()
    assert world.waiting.status == Release.Status.APPROVED


def test_a_decision_without_a_reason_keeps_the_choice(world: World, as_person: SignIn) -> None:
    page = as_person(world.reviewer).post(f"/review/{world.waiting.pk}/decide/", {"verdict": "rejected"})
    assert page.status_code == 422
    assert re.search(r'value="rejected"[^>]* checked', page.content.decode())


def test_a_second_decision_is_refused(world: World, as_person: SignIn) -> None:
    form = {"verdict": "approved", "reason": "Fine."}
    browser = as_person(world.reviewer)
    browser.post(f"/review/{world.waiting.pk}/decide/", form)
    assert browser.post(f"/review/{world.waiting.pk}/decide/", form).status_code == 409


def test_nobody_reviews_what_they_submitted(world: World, as_person: SignIn) -> None:
    Release.objects.filter(pk=world.waiting.pk).update(submitted_by=world.reviewer)
    form = {"verdict": "approved", "reason": "Mine, so good."}
    page = as_person(world.reviewer).post(f"/review/{world.waiting.pk}/decide/", form)
    assert page.status_code == 403
    assert "Mine, so good." in page.content.decode()
