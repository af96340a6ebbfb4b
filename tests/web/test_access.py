"""Which role may open which page."""

import pytest
from django.test import Client

from tests.web.conftest import SignIn, World

EVERYBODY = {"admin", "operator", "reviewer", "developer", "partner", "driver"}
PAGES = {
    "/carmaker/partners/": {"admin", "operator"},
    "/carmaker/people/": {"admin"},
    "/carmaker/vehicles/": {"admin", "operator"},
    "/carmaker/deliveries/": {"admin", "operator"},
    "/review/": {"admin", "reviewer"},
    "/review/{waiting}/": {"admin", "reviewer"},
    "/developer/": {"developer"},
    "/developer/apps/new/": {"developer"},
    "/developer/apps/smart-charging/": {"developer"},
    "/developer/apps/smart-charging/releases/new/": {"developer"},
    "/developer/apps/smart-charging/releases/1.0.0/": {"developer"},
    "/partner/": {"partner"},
    "/cars/": EVERYBODY,
    "/cars/pair/": EVERYBODY,
    "/cars/{car}/": {"driver"},
    "/cars/{car}/desk/": {"driver"},
    "/cars/{car}/parts/now/": {"driver"},
    "/organisations/apply/": EVERYBODY,
    "/store/": EVERYBODY,
    "/store/smart-charging/": EVERYBODY,
}
OPEN = ("/", "/store/", "/store/smart-charging/", "/sign-in/", "/sign-up/", "/problems/VehicleNotYoursError")


def address(page: str, world: World) -> str:
    """The page's address in this world."""
    return page.format(waiting=world.waiting.pk, car=world.car.public_id)


@pytest.mark.parametrize(("page", "allowed"), PAGES.items(), ids=PAGES)
def test_each_page_opens_for_its_roles_and_is_refused_for_the_others(
    page: str, allowed: set[str], world: World, as_person: SignIn
) -> None:
    answers = {role: as_person(getattr(world, role)).get(address(page, world)) for role in sorted(EVERYBODY)}
    assert {role for role, answer in answers.items() if answer.status_code == 200} == allowed
    assert all(answers[role].status_code in {403, 404} for role in EVERYBODY - allowed)


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"/store/", "/store/smart-charging/"}))
def test_a_stranger_is_asked_to_sign_in_first(page: str, world: World, client: Client) -> None:
    answer = client.get(address(page, world))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=/")


@pytest.mark.parametrize("page", OPEN)
def test_the_open_pages_need_no_account(page: str, world: World, client: Client) -> None:
    del world
    assert client.get(page).status_code == 200


def test_a_refused_page_says_what_to_do(world: World, as_person: SignIn) -> None:
    page = as_person(world.driver).get("/developer/")
    assert "Apply for an organisation" in page.content.decode()


HOMES = {
    "admin": "/carmaker/partners/",
    "operator": "/carmaker/partners/",
    "reviewer": "/review/",
    "developer": "/developer/",
    "partner": "/partner/",
    "driver": "/cars/",
}


@pytest.mark.parametrize(("role", "home"), HOMES.items(), ids=HOMES)
def test_home_is_where_a_persons_work_is(role: str, home: str, world: World, as_person: SignIn) -> None:
    answer = as_person(getattr(world, role)).get("/")
    assert answer["Location"] == home
