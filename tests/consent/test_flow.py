"""The way from the consent page to tokens."""

import json
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from redis import Redis

from forecourt.consent import published, selectors, token_cache
from forecourt.consent.models import AccessToken, Authorization, Grant, RefreshToken
from tests.consent.flow import CALLBACK, CHARGE, PLACE, SOC, TOKEN, Story, basic, partner, query
from tests.consent.listener import silence


def test_a_driver_allows_one_car_and_the_app_gets_a_token_for_it(story: Story) -> None:
    tokens = story.tokens()
    assert set(tokens["scope"].split()) == {SOC, CHARGE, PLACE}
    facts = selectors.token_facts(tokens["access_token"])
    assert facts is not None
    assert list(facts.grants) == [story.cars[0].public_id]
    assert (facts.app, facts.organisation) == ("smart-charging", "nordlys-apps")
    assert Grant.objects.get().status == "active"


def test_the_answer_names_the_issuer_and_echoes_the_state(story: Story) -> None:
    answer = story.decide()
    assert answer["Location"].startswith(CALLBACK)
    assert query(answer)["iss"] == settings.SITE_URL
    assert query(answer)["state"] == "xyz"


def test_the_page_lets_its_form_lead_to_the_app_only(story: Story) -> None:
    policy = story.ask()["Content-Security-Policy"]
    assert "form-action 'self' https://nordlys.example;" in policy
    assert "Cache-Control" in story.ask()


def test_no_car_is_ticked_beforehand(story: Story) -> None:
    page = story.ask().content.decode()
    assert all(car.public_id in page for car in story.cars)
    assert "checked" not in page.split('name="item"')[0].split('name="vehicle"', 1)[1]


def test_a_driver_may_leave_out_what_is_optional(story: Story) -> None:
    assert set(story.tokens(item=[])["scope"].split()) == {SOC, CHARGE}


def test_a_driver_may_make_a_place_coarser(story: Story) -> None:
    scope = story.tokens(**{"precision-2": "city"})["scope"]
    assert "subscribe:Vehicle.CurrentLocation.Latitude@city" in scope


def test_an_app_may_ask_for_less_than_its_manifest_declares(story: Story) -> None:
    assert story.tokens(SOC)["scope"] == SOC


def test_the_page_previews_what_the_app_would_receive(story: Story, valkey: Redis) -> None:
    point = {"value": 71.5, "ts": "2026-11-22T12:00:00Z"}
    valkey.hset(f"latest:{{{story.cars[0].public_id}}}", SOC.partition(":")[2], json.dumps(point))
    blue, red = story.ask().context["preview"]
    assert [row.value for row in blue.rows] == [71.5, None]
    assert [row.value for row in red.rows] == [None, None]


def test_the_page_comes_without_a_preview_when_valkey_is_silent(story: Story) -> None:
    with silence():
        assert story.ask().status_code == 200


def test_a_denial_is_told_to_the_app_and_grants_nothing(story: Story) -> None:
    answer = query(story.decide(decision="deny"))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "xyz", settings.SITE_URL)
    assert not Authorization.objects.exists()


def test_two_cars_get_a_grant_each(story: Story) -> None:
    tokens = story.tokens(vehicle=[car.public_id for car in story.cars])
    facts = selectors.token_facts(tokens["access_token"])
    assert facts is not None
    assert len(facts.grants) == Grant.objects.count() == 2


def test_somebody_who_is_not_signed_in_signs_in_first(story: Story) -> None:
    story.browser.logout()
    answer = story.ask()
    assert urlsplit(answer["Location"]).path == settings.LOGIN_URL


def test_tokens_are_kept_as_hashes_only(story: Story, valkey: Redis) -> None:
    tokens = story.tokens()
    selectors.token_facts(tokens["access_token"])
    assert AccessToken.objects.get().token == RefreshToken.objects.get().token == ""
    assert not any(tokens["access_token"].encode() in key for key in valkey.scan_iter())
    assert story.client.client_secret != story.secret


def test_a_refresh_rotates_the_token_and_keeps_the_authorization(story: Story) -> None:
    first = story.tokens()
    second = story.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    facts = selectors.token_facts(second["access_token"])
    assert facts is not None
    assert facts.authorization == str(Authorization.objects.get().pk)
    assert list(facts.grants) == [story.cars[0].public_id]
    assert selectors.token_facts(first["access_token"]) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("valkey")
def test_a_data_partner_gets_a_token_for_prices_and_nothing_else() -> None:
    client, secret = partner()
    header = {"Authorization": basic(client.client_id, secret)}
    fields = {"grant_type": "client_credentials", "scope": "provide:Energy.Price"}
    answer = Client().post(TOKEN, fields, headers=header)
    facts = selectors.token_facts(answer.json()["access_token"])
    assert facts is not None
    assert (facts.scope, facts.organisation, facts.user, facts.grants) == (fields["scope"], "fjord-energi", None, {})
    refused = Client().post(TOKEN, fields | {"scope": "read:Vehicle.Speed"}, headers=header)
    assert refused.json()["error"] == "invalid_scope"


def test_metadata_lies_at_the_root_of_the_origin() -> None:
    server = Client().get("/.well-known/oauth-authorization-server").json()
    assert server["issuer"] == settings.SITE_URL
    assert server["token_endpoint"] == f"{settings.SITE_URL}{TOKEN}"
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert server["authorization_response_iss_parameter_supported"] is True
    resource = Client().get("/.well-known/oauth-protected-resource").json()
    assert resource["authorization_servers"] == [settings.SITE_URL]


def test_facts_are_cached_for_at_most_half_a_minute(story: Story, valkey: Redis) -> None:
    token = story.tokens()["access_token"]
    facts = selectors.token_facts(token)
    key = published.token_key(token_cache.checksum(token))
    assert facts is not None
    assert 0 < int(valkey.ttl(key)) <= 30
