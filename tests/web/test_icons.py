"""Icons of strangers on our pages: served so that nothing in them can load or run."""

import hashlib
import io
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from apps_registry import storage
from tests.web.conftest import SignIn, World

ICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>'
SHA256 = hashlib.sha256(ICON).hexdigest()
ADDRESS = "/store/smart-charging/icon.svg"


@pytest.fixture
def drawn(world: World, settings: Settings, tmp_path: Path) -> World:
    """The published app and the waiting release have an icon."""
    settings.BLOB_STORE_URL = f"file://{tmp_path}"
    storage.from_settings().put(SHA256, io.BytesIO(ICON))
    world.app.icon_sha256 = world.waiting.bundle.icon_sha256 = SHA256
    world.app.save()
    world.waiting.bundle.save()
    return world


@pytest.mark.usefixtures("drawn")
def test_an_icon_can_load_and_run_nothing(client: Client) -> None:
    answer = client.get(ADDRESS)
    assert answer.content == ICON
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize(
    ("query", "life"), [(f"?v={SHA256[:16]}", "31536000, immutable"), ("", "300"), ("?v=0123456789abcdef", "300")]
)
def test_an_icon_is_kept_for_good_only_under_its_own_hash(query: str, life: str, client: Client) -> None:
    answer = client.get(f"{ADDRESS}{query}")
    assert answer["Cache-Control"] == f"public, max-age={life}"
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.usefixtures("drawn")
def test_an_icon_that_the_browser_has_is_not_sent_again(client: Client) -> None:
    again = client.get(ADDRESS, headers={"If-None-Match": client.get(ADDRESS)["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("slug", ["smart-charging", "no-such-app"])
def test_without_an_icon_there_is_nothing_at_its_address(slug: str, client: Client) -> None:
    assert client.get(f"/store/{slug}/icon.svg").status_code == 404


def test_pages_draw_the_icon_or_else_the_monogram(client: Client, drawn: World) -> None:
    assert f'src="{ADDRESS}?v={SHA256[:16]}"' in client.get("/store/").content.decode()
    drawn.app.icon_sha256 = ""
    drawn.app.save()
    page = client.get("/store/").content.decode()
    assert "monogram" in page
    assert "icon.svg?v=" not in page


def test_a_reviewer_sees_the_icon_that_would_come(drawn: World, as_person: SignIn) -> None:
    address = f"/review/{drawn.waiting.pk}/icon.svg"
    reviewer = as_person(drawn.reviewer)
    assert address in reviewer.get(f"/review/{drawn.waiting.pk}/").content.decode()
    answer = reviewer.get(address)
    assert answer.content == ICON
    assert "private" in answer["Cache-Control"]
    assert as_person(drawn.driver).get(address).status_code == 403
