"""Grants, tokens and clients for the control plane's part."""

from typing import Any

from rest_framework.test import APIClient

from forecourt.accounts.models import Organisation
from forecourt.consent import token_cache
from forecourt.consent.models import Authorization, Grant, GrantItem
from forecourt.consent.published import TokenFacts
from forecourt.vehicles import sessions
from forecourt.vehicles.models import Vehicle
from sandbox.wire.scopes import Scope
from tests import factories
from tests.factories import NOW

FAR = 4_102_444_800  # the year 2100


def grant(*scopes: str, vehicle: Vehicle | None = None) -> Grant:
    """A live grant of Smart Charging."""
    driver = factories.user()
    car = vehicle or factories.vehicle(driver)
    release = factories.release()
    authorization = Authorization.objects.create(user=driver, app=release.app, release=release, created_at=NOW)
    made = Grant.objects.create(authorization=authorization, app=release.app, vehicle=car, created_at=NOW)
    for scope in map(Scope.parse, scopes):
        GrantItem.objects.create(
            grant=made, action=scope.action, pattern=scope.pattern, purpose="smart-charging", precision=scope.precision
        )
    return made


def facts(of: Grant | None = None, **fields: Any) -> TokenFacts:
    """What a token stands for."""
    values: dict[str, Any] = {
        "authorization": None,
        "app": of.app.slug if of else None,
        "client": "client",
        "organisation": "nordlys-apps",
        "user": None,
        "scope": "",
        "exp": FAR,
        "grants": {of.vehicle.public_id: str(of.pk)} if of else {},
    }
    return TokenFacts(**values | fields)


def client(known: TokenFacts) -> APIClient:
    """A client whose token is in the cache."""
    token = f"token-{id(known)}"
    token_cache.write(token, known)
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return made


def partner_client(name: str = "Fjord Energi") -> APIClient:
    """An admitted data partner's client."""
    slug = name.lower().replace(" ", "-")
    Organisation.objects.create(
        name=name, slug=slug, kind="data_partner", status="admitted", applied_at=NOW, admitted_at=NOW
    )
    return client(facts(organisation=slug, scope="provide:Energy.Price"))


def car_client(vehicle: Vehicle) -> APIClient:
    """A car that has signed in."""
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Bearer {sessions.issue(vehicle.public_id)}")
    return made
