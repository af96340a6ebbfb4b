"""The whole story, played in a real browser against the real processes."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from forecourt.config.demo import evening, people, site, stage, story
from forecourt.config.demo.stage import Options, Stage
from tests import browser as browsers
from tests.e2e.browsing import BrowserPerson
from tests.recordings import DRIVE, PRICES

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("story")]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = browsers.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("There is no Chromium, and under CI there must be one.")
        pytest.skip("There is no Chromium; install Debian's `chromium`, or set FORECOURT_BROWSER.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def free_port() -> int:
    """A port whose neighbours, which the demo uses too, are most likely free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1]) % 20_000 + 20_000


@pytest.fixture
def played(chromium: Browser, tmp_path: Path) -> Iterator[Stage]:
    local = ROOT / ".local" / "e2e"
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    drive, prices = (path if path.exists() else None for path in (DRIVE, PRICES))
    options = Options(port=free_port(), cars=2, speed=1800, night_speed=3600, drive=drive, prices=prices)
    running = site.start(local=local, port=options.port, cache=ROOT / ".local" / "cache")
    try:
        chosen = evening.choose(options.prices, area=stage.AREA, now=datetime.now(UTC))
        person = partial(BrowserPerson, browser=chromium, pictures=pictures)
        scene = Stage(site=running, options=options, evening=chosen, browser=person)
        story.play(scene, Console(stderr=True, highlight=False))
        yield scene
    finally:
        running.stop()


def test_everybody_plays_their_part_in_a_browser(played: Stage) -> None:
    assert played.result.missing() == []
    recorded = bool(played.options.drive)
    assert played.result.drive_source == ("recorded" if recorded else "simulated")
    assert played.result.data_points > (2 * 6_189 if recorded else 2 * 1_000)  # two cars, a level of charge a second
    complaints = {
        login.name: person.complaints
        for login in people.EVERYBODY
        if isinstance(person := played.person(login), BrowserPerson) and person.complaints
    }
    assert complaints == {}
