"""A browser for each kind of person, and a small world to look at."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from redis import Redis

from apps_registry.models import App, Release
from forecourt.accounts.models import Membership, Organisation, User
from forecourt.vehicles.models import Vehicle
from tests import factories
from tests.factories import NOW

SignIn = Callable[[User], Client]


@dataclass(frozen=True)
class World:
    """The parties of the story, with one published app and two cars."""

    admin: User
    operator: User
    reviewer: User
    developer: User
    partner: User
    driver: User
    app: App
    release: Release
    waiting: Release
    car: Vehicle
    van: Vehicle


def data_partner(status: str = "admitted", slug: str = "fjord-energi") -> User:
    """The owner of a data partner's organisation."""
    person = factories.user()
    firm = Organisation.objects.create(name=slug.title(), slug=slug, kind="data_partner", status=status, applied_at=NOW)
    Membership.objects.create(user=person, organisation=firm, role="owner")
    return person


@pytest.fixture
def world(db: None, valkey: Redis) -> World:
    """Everybody and what they look at."""
    del db, valkey
    developer, driver = factories.developer(), factories.user()
    app = factories.app(login_uri="https://nordlys.example/start")
    return World(
        admin=factories.carmaker_person("owner"),
        operator=factories.carmaker_person("operator"),
        reviewer=factories.carmaker_person("reviewer"),
        developer=developer,
        partner=data_partner(),
        driver=driver,
        app=app,
        release=factories.release(app),
        waiting=factories.release(app, counter=2, version="1.1.0", status="in_review"),
        car=factories.vehicle(driver, nickname="Aurora"),
        van=factories.vehicle(driver, nickname="The van", hardware_id="hu-van"),
    )


@pytest.fixture
def as_person() -> SignIn:
    """Answers a browser in which the person is signed in."""

    def sign_in(person: User) -> Client:
        browser = Client()
        browser.force_login(person)
        return browser

    return sign_in
