"""Pure rules: redirect addresses, offers and compiled grants."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from forecourt.consent import offers, redirects
from forecourt.consent.compiled import collected, compile_grant
from forecourt.consent.errors import ConsentTamperedError, RedirectUriRefusedError
from forecourt.consent.offers import Choice
from sandbox.wire.catalog import DEFAULT
from sandbox.wire.scopes import Scope
from tests import factories
from tests.consent.flow import EVERYTHING, PLACE, SOC
from tests.factories import NOW

BATTERY = "Vehicle.Powertrain.TractionBattery"

GOOD_URIS = [
    "https://app.example/callback",
    "https://app.example:8443/cb?x=1",
    "http://127.0.0.1/cb",
    "http://127.0.0.1:8081/cb",
    "http://[::1]:9000/cb",
    "http://localhost:3000/",
]
BAD_URIS = {
    "plain http": "http://app.example/cb",
    "private scheme": "com.example.app:/cb",
    "script": "javascript:alert(1)",
    "no host": "https:///cb",
    "fragment": "https://app.example/cb#x",
    "empty fragment": "https://app.example/cb#",
    "credentials": "https://me@app.example/cb",
    "wildcard": "https://*.app.example/cb",
    "blank": "https://app.example/cb https://evil.example/",
    "backslash": "https://app.example\\@evil.example/",
    "bad port": "https://app.example:99999/",
    "loopback look-alike": "http://127.0.0.1.evil.example/cb",
    "loopback as a name": "http://localhost.evil.example/",
    "other loopback": "http://127.0.0.2/cb",
    "relative": "/callback",
    "too long": f"https://app.example/{'a' * 400}",
    "not ASCII": "https://äpp.example/",
    "empty": "",
}


@pytest.mark.parametrize("uri", GOOD_URIS)
def test_https_and_loopback_addresses_are_registered(uri: str) -> None:
    assert redirects.check(uri) == uri


@pytest.mark.parametrize("uri", BAD_URIS.values(), ids=BAD_URIS)
def test_other_addresses_are_refused(uri: str) -> None:
    with pytest.raises(RedirectUriRefusedError):
        redirects.check(uri)


def test_an_app_needs_an_address() -> None:
    with pytest.raises(RedirectUriRefusedError, match="at least one"):
        redirects.check_all([])


def test_there_is_one_issuer_and_it_is_ours() -> None:
    uri = redirects.with_issuer("https://app.example/cb?iss=https%3A%2F%2Fevil.example&state=x", "https://us.example")
    assert uri == "https://app.example/cb?state=x&iss=https%3A%2F%2Fus.example"


def test_a_scope_requested_at_two_precisions_is_offered_at_the_coarser() -> None:
    items = offers.offer(factories.manifest(), f"{PLACE} {PLACE.replace('1km', 'city')}")
    assert [str(item.scope) for item in items] == [PLACE.replace("1km", "city")]
    assert dict(items[0].precision_choices).keys() == {"city"}


def test_required_items_are_granted_though_no_browser_posts_them() -> None:
    items = offers.offer(factories.manifest(), EVERYTHING)
    granted = offers.choose(items, Choice(vehicles=(), items=frozenset(), expiry="1d"))
    assert [item.index for item in granted] == [0, 1]


@pytest.mark.parametrize(("expiry", "lifetime"), [("1d", timedelta(days=1)), ("30d", timedelta(days=30))])
def test_a_grant_ends_when_the_driver_said(expiry: str, lifetime: timedelta) -> None:
    choice = Choice(vehicles=(), items=frozenset(), expiry=expiry)
    assert offers.expires_at(choice, now=NOW) == NOW + lifetime


def test_a_grant_may_last_until_it_is_taken_back() -> None:
    assert offers.expires_at(Choice(vehicles=(), items=frozenset(), expiry="until-revoked"), now=NOW) is None


def test_a_duration_of_ones_own_is_refused() -> None:
    with pytest.raises(ConsentTamperedError):
        offers.expires_at(Choice(vehicles=(), items=frozenset(), expiry="99y"), now=NOW)


def test_every_item_reads_as_a_sentence_with_its_purpose() -> None:
    (item,) = offers.offer(factories.manifest(), SOC)
    assert "battery" in item.sentence
    assert item.purpose.startswith("to plan cheap charging")


@dataclass
class Allowed:
    """A row of GrantItem, without its table."""

    action: str
    pattern: str
    precision: str = "exact"
    max_hz: float | None = None


def test_a_pattern_becomes_one_rule_for_each_signal() -> None:
    rules = compile_grant([Allowed("read", f"{BATTERY}.StateOfCharge")], DEFAULT)
    assert {path.rpartition(".")[2] for path in rules} == {"Current", "Displayed", "CurrentEnergy"}
    assert "Vehicle.Speed" not in rules


def test_where_items_meet_the_stricter_rule_holds() -> None:
    place = "Vehicle.CurrentLocation.Latitude"
    items = [Allowed("read", place, "100m", 1.0), Allowed("subscribe", place, "city", 5.0), Allowed("history", place)]
    rule = compile_grant(items, DEFAULT)[place]
    assert (rule.actions, rule.precision, rule.max_hz) == (("history", "read", "subscribe"), "city", 1.0)


def test_only_actuators_can_be_controlled() -> None:
    rules = compile_grant([Allowed("actuate", f"{BATTERY}.Charging")], DEFAULT)
    assert f"{BATTERY}.Charging.StartStopCharging" in rules
    assert f"{BATTERY}.Charging.IsCharging" not in rules


def test_a_pattern_that_names_nothing_allows_nothing() -> None:
    assert compile_grant([Allowed("read", "Vehicle.Flux")], DEFAULT) == {}


def test_a_car_sends_what_is_read_and_neither_prices_nor_commands() -> None:
    items = [
        Allowed("subscribe", "Energy.Price"),
        Allowed("actuate", f"{BATTERY}.Charging"),
        Allowed("read", "Vehicle.Speed"),
    ]
    assert collected(items, DEFAULT) == {"Vehicle.Speed"}


def test_a_ceiling_covers_the_same_pattern_only_as_coarse_or_coarser() -> None:
    ceiling = Scope.parse(PLACE)
    assert offers.covers(ceiling, Scope.parse(PLACE.replace("1km", "city")))
    assert not offers.covers(ceiling, Scope.parse(PLACE.replace("1km", "100m")))
    assert not offers.covers(ceiling, Scope.parse(PLACE.replace("subscribe", "read")))
