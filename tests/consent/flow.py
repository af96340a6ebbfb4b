"""The consent flow as the real parties walk it: a browser for the driver, plain HTTP for the app."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from apps_registry.models import App, Release
from forecourt.accounts.models import Organisation, User
from forecourt.consent import services
from forecourt.consent.models import Application
from forecourt.vehicles.models import Vehicle
from tests import factories
from tests.factories import NOW

CALLBACK = "https://nordlys.example/callback"
SOC = "subscribe:Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
CHARGE = "actuate:Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging"
PLACE = "subscribe:Vehicle.CurrentLocation.Latitude@1km"
EVERYTHING = f"{SOC} {CHARGE} {PLACE}"
TOKEN = "/o/token/"


@dataclass
class Story:
    """The parties, and what an app's server does."""

    driver: User
    cars: list[Vehicle]
    app: App
    release: Release
    client: Application
    secret: str
    browser: Client = field(default_factory=Client)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def ask(self, scope: str = EVERYTHING, **extra: Any) -> Any:
        """The app sends the driver to the authorization endpoint; an extra of None drops a parameter."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": CALLBACK,
            "scope": scope,
            "state": "xyz",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | extra
        return self.browser.get(
            "/o/authorize/", {name: value for name, value in parameters.items() if value is not None}
        )

    def form(self, page: Any, **changes: Any) -> dict[str, Any]:
        """What the browser would post: the first car, every item, allow."""
        match = re.search(r'name="request" value="([^"]+)"', page.content.decode())
        assert match, page.content
        fields = {
            "request": match[1],
            "vehicle": [self.cars[0].public_id],
            "item": [str(item.index) for item in page.context["items"]],
            "expiry": "30d",
            "decision": "allow",
        }
        return fields | changes

    def decide(self, scope: str = EVERYTHING, /, **changes: Any) -> Any:
        """Open the page and press a button."""
        return self.browser.post("/o/authorize/", self.form(self.ask(scope), **changes))

    def code(self, scope: str = EVERYTHING, /, **changes: Any) -> str:
        """A fresh authorization code."""
        return query(self.decide(scope, **changes))["code"]

    def token(self, **fields: Any) -> Any:
        """The app's server asks for a token."""
        return Client().post(TOKEN, fields, headers={"Authorization": basic(self.client.client_id, self.secret)})

    def exchange(self, code: str, **changes: Any) -> Any:
        """Redeem a code."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.token(**(fields | {"code_verifier": self.verifier} | changes))

    def tokens(self, scope: str = EVERYTHING, /, **changes: Any) -> dict[str, Any]:
        """The whole way: consent, code, tokens."""
        answer = self.exchange(self.code(scope, **changes))
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def refresh(self, refresh_token: str, **changes: Any) -> Any:
        """Swap a refresh token."""
        return self.token(**({"grant_type": "refresh_token", "refresh_token": refresh_token} | changes))


def make_story(*, redirect_uri: str = CALLBACK) -> Story:
    """A signed-in driver with two cars, and a published app with credentials."""
    developer, driver = factories.developer(), factories.user()
    app = factories.app()
    release = factories.release(app)
    client, secret = services.register_client(app=app, redirect_uris=[redirect_uri], by=developer, now=NOW)
    cars = [factories.vehicle(driver, nickname="Blue"), factories.vehicle(driver, nickname="Red")]
    story = Story(driver=driver, cars=cars, app=app, release=release, client=client, secret=secret)
    story.browser.force_login(driver)
    return story


def partner() -> tuple[Application, str]:
    """An admitted data partner's credentials."""
    organisation = Organisation.objects.create(
        name="Fjord Energi",
        slug="fjord-energi",
        kind="data_partner",
        status="admitted",
        applied_at=NOW,
        admitted_at=NOW,
    )
    return services.register_partner_client(organisation=organisation, by=factories.user(), now=NOW)


def basic(client_id: str, secret: str) -> str:
    """An HTTP Basic header."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def query(redirect: Any) -> dict[str, str]:
    """The parameters with which the driver returns to the app."""
    assert redirect.status_code == 302, redirect.content
    return {name: values[-1] for name, values in parse_qs(urlsplit(redirect["Location"]).query).items()}
