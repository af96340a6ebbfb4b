"""Every known hole of the OAuth toolkit, tried as an attacker would; each test fails without our fix."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import ServerError

from forecourt.accounts.models import Organisation
from forecourt.consent import resources, selectors, services
from forecourt.consent.models import AccessToken, Application, Authorization, AuthorizationCode, RefreshToken
from forecourt.consent.scopes import VssScopes
from forecourt.consent.validators import PlatformValidator
from tests import factories
from tests.consent.flow import CALLBACK, SOC, Story, basic, make_story, query


@pytest.mark.parametrize("resource", ["other car", "same car", None])
def test_approval_prompt_auto_still_shows_the_page(story: Story, resource: str | None) -> None:
    story.tokens()
    car = story.cars[0 if resource == "same car" else 1]
    asked = resources.vehicle_url(car.public_id) if resource else None
    page = story.ask(approval_prompt="auto", resource=asked)
    assert page.status_code == 200
    assert AuthorizationCode.objects.count() == 0


def test_a_resource_in_the_query_is_not_taken_over(story: Story) -> None:
    page = story.ask(resource=resources.vehicle_url(story.cars[1].public_id))
    code = query(story.browser.post("/o/authorize/", story.form(page)))["code"]
    story.exchange(code)
    assert AccessToken.objects.get().resource == [resources.vehicle_url(story.cars[0].public_id)]


def test_a_token_that_names_no_car_opens_no_car(story: Story) -> None:
    token = story.tokens()["access_token"]
    AccessToken.objects.update(resource=[])
    facts = selectors.token_facts(token)
    assert facts is not None
    assert facts.grants == {}
    assert not resources.vehicle_resource(resources.vehicle_url(story.cars[0].public_id), [])


def test_the_toolkit_too_refuses_a_drivers_token_that_names_no_car(story: Story) -> None:
    token = story.tokens()["access_token"]
    asked = _asked_at(resources.vehicle_url(story.cars[0].public_id))
    assert _validator().validate_bearer_token(token, [], asked)
    AccessToken.objects.update(resource=[])
    assert not _validator().validate_bearer_token(token, [], asked)
    assert not _validator().validate_bearer_token("nonsense", [], asked)


def test_no_code_is_issued_without_a_drivers_decision(story: Story) -> None:
    asked = _asked_at("/o/authorize/?authorization=1")
    asked.code_challenge_method, asked.client, asked.user = "S256", story.client, story.driver
    with pytest.raises(ServerError):
        _validator().save_authorization_code(story.client.client_id, {"code": "x"}, asked)
    assert not AuthorizationCode.objects.exists()


def test_a_car_whose_name_merely_begins_alike_is_another_car() -> None:
    own = resources.vehicle_url("car-1")
    assert resources.vehicle_resource(f"{own}/signals", [own])
    assert not resources.vehicle_resource(f"{own}0/signals", [own])
    assert not resources.vehicle_resource(f"{own}/../car-2", [own])


def test_a_code_cannot_be_redeemed_for_another_car(story: Story) -> None:
    other = resources.vehicle_url(story.cars[1].public_id)
    answer = story.exchange(story.code(), resource=other)
    assert answer.json()["error"] == "invalid_target"
    assert not AccessToken.objects.exists()


def test_a_refresh_cannot_reach_another_car(story: Story) -> None:
    tokens = story.tokens()
    other = resources.vehicle_url(story.cars[1].public_id)
    assert story.refresh(tokens["refresh_token"], resource=other).json()["error"] == "invalid_target"


TAMPERED: dict[str, dict[str, Any]] = {
    "a scope added": {"scope": "actuate:Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"},
    "a resource added": {"resource": "https://forecourt.example/v1/vehicles/car-x"},
    "a redirect address added": {"redirect_uri": "https://evil.example/"},
    "an item that was not shown": {"item": ["0", "7"]},
    "an item that is no number": {"item": ["zero"]},
    "a finer precision": {"precision-2": "exact"},
    "a precision for what has none": {"precision-0": "city"},
    "a precision of nothing": {"precision-": "city"},
    "another duration": {"expiry": "forever"},
    "two decisions": {"decision": ["deny", "allow"]},
    "no decision": {"decision": ""},
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_an_edited_form_is_refused_and_changes_nothing(story: Story, change: dict[str, Any]) -> None:
    answer = story.decide(**change)
    assert answer.status_code == 400
    assert b"Nothing was granted" in answer.content or b"nothing was granted" in answer.content
    assert not Authorization.objects.exists()
    assert not AuthorizationCode.objects.exists()


def test_a_form_posted_with_a_query_is_refused(story: Story) -> None:
    fields = story.form(story.ask())
    assert story.browser.post("/o/authorize/?resource=https://x.example", fields).status_code == 400


def test_an_item_that_the_app_did_not_ask_for_this_time_is_refused(story: Story) -> None:
    assert story.decide(SOC, item=["0", "1"]).status_code == 400
    assert not Authorization.objects.exists()


def test_somebody_elses_car_cannot_be_ticked(story: Story) -> None:
    theirs = factories.vehicle(factories.user())
    answer = story.decide(vehicle=[story.cars[0].public_id, theirs.public_id])
    assert answer.status_code == 400
    assert not Authorization.objects.exists()


def test_a_passenger_does_not_decide_for_the_car(story: Story) -> None:
    car = factories.vehicle(factories.user())
    car.roles.create(user=story.driver, role="passenger", valid_from=factories.NOW)
    assert car not in story.ask().context["vehicles"]
    assert story.decide(vehicle=[car.public_id]).status_code == 400


def test_at_least_one_car_must_be_ticked(story: Story) -> None:
    assert story.decide(vehicle=[]).status_code == 422
    assert not Authorization.objects.exists()


def test_a_request_is_answered_once(story: Story) -> None:
    fields = story.form(story.ask())
    assert story.browser.post("/o/authorize/", fields).status_code == 302
    assert story.browser.post("/o/authorize/", fields).status_code == 409
    assert Authorization.objects.count() == 1


@pytest.mark.parametrize("request_id", ["0d6a4f4e-0000-4000-8000-000000000000", "nonsense", ""])
def test_an_unknown_request_is_refused(story: Story, request_id: str) -> None:
    assert story.decide(request=request_id).status_code == 409


def test_somebody_elses_request_is_refused(story: Story) -> None:
    fields = story.form(story.ask())
    story.browser.force_login(factories.user())
    assert story.browser.post("/o/authorize/", fields).status_code == 409


def test_a_request_goes_stale(story: Story) -> None:
    pending = story.ask().context["consent_request"]
    pending.created_at -= selectors.REQUEST_LIFETIME
    pending.save()
    answer = story.browser.post("/o/authorize/", {"request": pending.pk, "decision": "deny"})
    assert answer.status_code == 409


def test_a_release_published_meanwhile_asks_again(story: Story) -> None:
    fields = story.form(story.ask())
    factories.release(story.app, counter=2)
    assert story.browser.post("/o/authorize/", fields).status_code == 409


def test_a_form_without_its_token_is_refused(story: Story) -> None:
    fields = story.form(story.ask())
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(story.driver)
    assert strict.post("/o/authorize/", fields).status_code == 403


def test_the_database_refuses_a_client_that_skips_consent(story: Story) -> None:
    with pytest.raises(IntegrityError, match="consent_is_never_skipped"), transaction.atomic():
        Application.objects.filter(pk=story.client.pk).update(skip_authorization=True)


BAD_SCOPES = {
    "unknown": "read",
    "malformed": "read:Vehicle..Speed",
    "outside the manifest": "read:Vehicle.Speed",
    "wider than the manifest": "subscribe:Vehicle.Powertrain.TractionBattery",
    "finer than the manifest": "subscribe:Vehicle.CurrentLocation.Latitude",
    "for partners": "provide:Energy.Price",
    "one good, one bad": f"{SOC} bogus",
    "nothing of ours": "openid offline_access",
    "empty": "",
}


@pytest.mark.parametrize("scope", BAD_SCOPES.values(), ids=BAD_SCOPES)
def test_a_scope_outside_the_manifest_is_refused_with_the_issuer_named(story: Story, scope: str) -> None:
    answer = query(story.ask(scope or None))  # type: ignore[arg-type]
    assert answer["error"] == "invalid_scope"
    assert "iss" in answer


def test_the_scopes_backend_knows_a_grammar_and_lists_nothing() -> None:
    scopes = VssScopes().get_all_scopes()
    assert SOC in scopes
    assert "battery" in scopes[SOC]
    assert "bogus" not in scopes
    assert scopes["bogus"] == "bogus"
    assert (list(scopes), VssScopes().get_available_scopes(), VssScopes().get_default_scopes()) == ([], [], [])


def test_an_app_that_was_withdrawn_can_ask_for_nothing(story: Story) -> None:
    story.release.status = "withdrawn"
    story.release.save()
    assert query(story.ask())["error"] == "invalid_scope"


BAD_PKCE: dict[str, dict[str, Any]] = {
    "none": {"code_challenge": None, "code_challenge_method": None},
    "plain": {"code_challenge_method": "plain"},
    "plain by omission": {"code_challenge_method": None},
    "unknown method": {"code_challenge_method": "S512"},
    "short challenge": {"code_challenge": "abc"},
    "endless challenge": {"code_challenge": "a" * 300},
}


@pytest.mark.parametrize("change", BAD_PKCE.values(), ids=BAD_PKCE)
def test_only_a_hashed_challenge_is_accepted(story: Story, change: dict[str, Any]) -> None:
    answer = query(story.ask(**change))
    assert answer["error"] == "invalid_request"
    assert "iss" in answer


@pytest.mark.parametrize("verifier", ["wrong" * 12, ""])
def test_a_stolen_code_is_worth_nothing_without_the_verifier(story: Story, verifier: str) -> None:
    answer = story.exchange(story.code(), code_verifier=verifier)
    assert answer.status_code == 400
    assert not AccessToken.objects.exists()


def test_a_replayed_refresh_token_ends_the_whole_family(story: Story) -> None:
    first = story.tokens()
    second = story.refresh(first["refresh_token"]).json()
    assert story.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert story.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert selectors.token_facts(second["access_token"]) is None
    assert not RefreshToken.objects.filter(revoked__isnull=True).exists()


def test_a_code_is_redeemed_once(story: Story) -> None:
    code = story.code()
    assert story.exchange(code).status_code == 200
    assert story.exchange(code).json()["error"] == "invalid_grant"


def test_a_suspended_organisation_gets_nothing_and_its_tokens_are_dead(story: Story) -> None:
    tokens, code = story.tokens(), story.code(vehicle=[story.cars[1].public_id])
    Organisation.objects.filter(slug="nordlys-apps").update(status="suspended")
    assert story.ask().status_code == 400
    assert story.exchange(code).status_code == 401
    assert story.refresh(tokens["refresh_token"]).status_code == 401
    assert selectors.token_facts(tokens["access_token"]) is None


def test_a_driver_who_was_locked_out_takes_the_tokens_along(story: Story) -> None:
    token = story.tokens()["access_token"]
    story.driver.is_active = False
    story.driver.save()
    assert selectors.token_facts(token) is None


BAD_REDIRECTS = [
    "https://evil.example/",
    f"{CALLBACK}/more",
    f"{CALLBACK}?x=1",
    f"{CALLBACK}#x",
    "http://nordlys.example",
]


@pytest.mark.parametrize("uri", BAD_REDIRECTS)
def test_an_unregistered_address_is_never_followed(story: Story, uri: str) -> None:
    answer = story.ask(redirect_uri=uri)
    assert answer.status_code == 400
    assert "Location" not in answer


def test_an_unknown_client_gets_a_page_and_no_redirect(story: Story) -> None:
    assert story.ask(client_id="nobody").status_code == 400


@pytest.mark.django_db
@pytest.mark.usefixtures("valkey")
def test_a_local_app_may_use_any_port_of_its_loopback_address() -> None:
    story = make_story(redirect_uri="http://127.0.0.1:8080/callback")
    page = story.ask(redirect_uri="http://127.0.0.1:49152/callback")
    assert "form-action 'self' http://127.0.0.1:49152;" in page["Content-Security-Policy"]
    answer = story.browser.post("/o/authorize/", story.form(page))
    assert answer["Location"].startswith("http://127.0.0.1:49152/callback?")


def test_consent_is_never_given_without_a_page(story: Story) -> None:
    assert query(story.ask(prompt="none"))["error"] == "interaction_required"


@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "none"])
def test_only_codes_leave_the_authorization_endpoint(story: Story, response_type: str) -> None:
    assert "error" in query(story.ask(response_type=response_type))


@pytest.mark.parametrize("grant_type", ["password", "urn:ietf:params:oauth:grant-type:device_code", "x", ""])
def test_other_ways_to_a_token_are_closed(story: Story, grant_type: str) -> None:
    answer = story.token(
        grant_type=grant_type, username=story.driver.email, password=factories.PASSWORD, device_code="x"
    )
    assert answer.json()["error"] == "unsupported_grant_type"


def test_an_app_cannot_use_a_partners_way_to_a_token(story: Story) -> None:
    answer = story.token(grant_type="client_credentials", scope="provide:Energy.Price")
    assert answer.json()["error"] == "unauthorized_client"


@pytest.mark.parametrize("text", ["\x00", "line\nbreak", "é"])
def test_parameters_are_plain_text(story: Story, text: str) -> None:
    assert story.ask(state=text).status_code == 400


def test_a_code_with_a_null_byte_is_an_error_and_no_crash(story: Story) -> None:
    assert story.exchange("\x00").json()["error"] == "invalid_request"


@pytest.mark.parametrize("address", ["/o/token/", "/o/introspect/", "/o/revoke_token/"])
def test_a_client_with_a_null_byte_in_its_name_is_unknown(story: Story, address: str) -> None:
    fields = {"grant_type": "client_credentials", "token": "token"}
    named = Client().post(address, fields, headers={"Authorization": basic("a\x00b", story.secret)})
    assert named.status_code == 401


def test_an_app_learns_about_its_own_tokens_only(story: Story) -> None:
    token = story.tokens()["access_token"]
    header = {"Authorization": basic(story.client.client_id, story.secret)}
    own = Client().post("/o/introspect/", {"token": token}, headers=header).json()
    assert own["active"] is True
    assert "username" not in own
    other, secret = _second_app()
    header = {"Authorization": basic(other.client_id, secret)}
    assert Client().post("/o/introspect/", {"token": token}, headers=header).json() == {"active": False}


def test_introspection_needs_credentials_and_a_post(story: Story) -> None:
    token = story.tokens()["access_token"]
    assert Client().post("/o/introspect/", {"token": token}).status_code == 401
    assert Client().get("/o/introspect/", {"token": token}).status_code == 405


def test_an_app_cannot_use_another_apps_code(story: Story) -> None:
    code = story.code()
    story.client, story.secret = _second_app()
    assert story.exchange(code).json()["error"] == "invalid_grant"


def test_a_token_that_the_app_gives_back_is_dead_with_its_refresh_token(story: Story) -> None:
    tokens = story.tokens()
    header = {"Authorization": basic(story.client.client_id, story.secret)}
    assert Client().post("/o/revoke_token/", {"token": tokens["access_token"]}, headers=header).status_code == 200
    assert selectors.token_facts(tokens["access_token"]) is None
    assert story.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def _second_app() -> tuple[Application, str]:
    app = factories.app(slug="trip-log")
    return services.register_client(app=app, redirect_uris=[CALLBACK], by=factories.user(), now=factories.NOW)


def _validator() -> Any:
    return PlatformValidator()


def _asked_at(uri: str) -> Request:
    return Request(uri, "GET", "", {})
