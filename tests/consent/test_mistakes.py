"""A mistake on the consent page shows it again: what is wrong on top, and everything that was ticked kept."""

import re
from typing import Any

import pytest

from forecourt.consent.models import Authorization, ConsentReceipt, Grant
from tests import factories
from tests.consent.flow import PLACE, Story
from tests.consent.listener import silence


def _ticked(page: Any) -> set[tuple[str, str]]:
    """Name and value of every control that a browser would send."""
    found = re.findall(r'<input type="(?:checkbox|radio)" name="(\w+)" value="([^"]+)"[^>]*checked', _text(page))
    chosen = re.findall(r'<option value="([^"]+)" selected', _text(page))
    return {*found, *(("precision", value) for value in chosen)}


def _text(page: Any) -> str:
    return str(page.content.decode())


def _all_optional(story: Story) -> None:
    manifest = story.release.manifest
    manifest["permissions"] = [permission | {"required": False} for permission in manifest["permissions"]]
    story.release.save()


def test_without_a_car_the_same_page_comes_again_with_every_tick_kept(story: Story) -> None:
    page = story.decide(vehicle=[], item=["2"], expiry="1d", **{"precision-2": "city"})
    assert page.status_code == 422
    assert "For which car?" in _text(page)
    assert _text(page).index("No car was chosen") < _text(page).index("For which car?")
    assert _ticked(page) == {("item", "2"), ("expiry", "1d"), ("precision", "city")}


def test_the_page_that_came_again_can_be_sent(story: Story) -> None:
    page = story.decide(vehicle=[])
    answer = story.browser.post("/o/authorize/", story.form(page))
    assert answer.status_code == 302
    assert Grant.objects.count() == 1


def test_the_page_that_came_again_lets_its_form_lead_to_the_app(story: Story) -> None:
    policy = story.decide(vehicle=[])["Content-Security-Policy"]
    assert "form-action 'self' https://nordlys.example;" in policy


def test_the_ticked_cars_are_kept_while_the_streams_cannot_be_told(story: Story) -> None:
    story.tokens()
    with silence():
        page = story.decide()
    assert page.status_code == 503
    assert ("vehicle", story.cars[0].public_id) in _ticked(page)
    assert "Try again in a minute" in _text(page)


def test_nothing_ticked_at_all_says_so(story: Story) -> None:
    _all_optional(story)
    page = story.decide(item=[])
    assert page.status_code == 422
    assert "Tick at least one thing" in _text(page)
    assert ("vehicle", story.cars[0].public_id) in _ticked(page)
    assert not Authorization.objects.exists()


def test_a_program_gets_the_problem_as_a_document(story: Story) -> None:
    fields = story.form(story.ask(), vehicle=[])
    answer = story.browser.post("/o/authorize/", fields, headers={"Accept": "application/json"})
    assert answer.json()["type"] == "/problems/NoVehicleChosenError"


@pytest.mark.parametrize("change", [{"item": ["7"]}, {"expiry": "forever"}])
def test_an_edited_form_is_not_shown_again(story: Story, change: dict[str, Any]) -> None:
    page = story.decide(**change)
    assert "For which car?" not in _text(page)


def test_nobody_sees_somebody_elses_page_again(story: Story) -> None:
    fields = story.form(story.ask(), vehicle=[])
    story.browser.force_login(factories.user())
    assert "For which car?" not in _text(story.browser.post("/o/authorize/", fields))


def test_the_receipt_holds_the_very_sentences_of_the_page(story: Story) -> None:
    page = story.ask()
    story.browser.post("/o/authorize/", story.form(page))
    shown = [line["sentence"] for line in ConsentReceipt.objects.get().document["shown"]]
    assert shown == re.findall(r'<span class="grow">([^<]+)</span>', _text(page))


def test_the_receipt_says_how_exactly_a_place_was_granted(story: Story) -> None:
    story.decide(PLACE, **{"precision-2": "city"})
    document = ConsentReceipt.objects.get().document
    assert document["shown"][0]["sentence"].endswith("to within 1 km, live")
    assert document["granted"][0]["sentence"].endswith("to the nearest town, live")
