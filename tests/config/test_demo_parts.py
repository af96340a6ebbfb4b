"""The demo's small parts: forms, conversations, the choice of an evening, and what counts as complete."""

import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forecourt.config.demo import evening, people
from forecourt.config.demo.errors import ChildDiedError, StoryError
from forecourt.config.demo.forms import Fields
from forecourt.config.demo.lines import Conversation
from forecourt.config.demo.processes import Processes
from forecourt.config.demo.stage import Result
from sandbox.vehicle.errors import PriceFileError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMPLETE = {
    "vehicles": 2, "installed": 2, "data_points": 10, "delivered_to_app": 5, "denied": 1, "commands_verified": 2,
    "cost_plugged_in_eur": 0.8, "cost_smart_eur": 0.5, "revoked_in_ms": 40.0, "surfaces": ["dash", "phone", "desk"],
}  # fmt: skip
SHORT = {
    "one car without the app": {"installed": 1},
    "no data": {"delivered_to_app": 0},
    "nothing refused": {"denied": 0},
    "only one command": {"commands_verified": 1},
    "no saving": {"cost_smart_eur": 0.8},
    "no desk": {"surfaces": ["dash", "phone"]},
    "a slow end": {"revoked_in_ms": 1000.0},
    "no end": {"revoked_in_ms": 0.0},
    "no cars": {"vehicles": 0, "installed": 0},
}


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    running = Processes(tmp_path / "logs", dict(os.environ))
    yield running
    running.stop()


def talk(processes: Processes, script: str) -> Conversation:
    return Conversation("car", processes.start("car", ["-u", "-c", script], talk=True), processes.check)


def test_a_complete_result_lacks_nothing() -> None:
    assert Result(**COMPLETE).missing() == []  # type: ignore[arg-type]


@pytest.mark.parametrize("flaw", SHORT.values(), ids=SHORT)
def test_a_step_that_did_not_happen_is_named(flaw: dict[str, object]) -> None:
    assert len(Result(**(COMPLETE | flaw)).missing()) == 1  # type: ignore[arg-type]


def test_fields_are_read_as_a_browser_would() -> None:
    page = Fields(
        '<form action="/a/"><input name="item" value="0" data-scope="a" disabled>'
        '<input name="item" value="1" data-scope="b"><input name="item" value="2" data-scope="read:c@city">'
        '<input name="request" value="r&amp;1"></form>'
        '<a href="/review/7/">x</a><a href="/review/7/">y</a><a href="/b/">z</a>'
    )
    assert (page.actions, page.one("request"), page.one("none")) == (["/a/"], "r&1", "")
    assert (page.optional("item", without="c@"), page.links("/review/")) == (["1"], ["/review/7/"])


def test_an_event_is_found_however_late_one_asks(processes: Processes) -> None:
    car = talk(processes, """print('noise'); print('{"event":"a","n":1}'); print('{"event":"b"}'); input()""")
    car.wait("b", seconds=5)
    assert car.wait("a", seconds=5)["n"] == 1
    assert len(car.all("a")) == 1


def test_an_order_reaches_the_child(processes: Processes) -> None:
    car = talk(processes, """order = input(); print('{"event":"heard","order":%s}' % order); input()""")
    car.order(do="drive")
    assert car.wait("heard", seconds=5)["order"] == {"do": "drive"}


def test_silence_is_an_error_that_says_what_came_last(processes: Processes) -> None:
    car = talk(processes, """print('{"event":"a"}'); input()""")
    car.wait("a", seconds=5)
    with pytest.raises(StoryError, match="did not say 'b'"):
        car.wait("b", seconds=0.1)


def test_a_death_ends_the_wait(processes: Processes) -> None:
    with pytest.raises(ChildDiedError, match="ended with 1"):
        talk(processes, "raise SystemExit(1)").wait("b", seconds=5)


def test_without_a_recording_the_evening_is_simulated_and_past() -> None:
    chosen = evening.choose(None, area="DK1", now=NOW)
    assert (chosen.source, chosen.departure.date()) == ("simulated", NOW.date() - timedelta(days=2))
    assert [len(day) for day in chosen.days] == [96, 96]


def write_prices(path: Path, *, quarters: int) -> Path:
    start = datetime(2026, 8, 20, tzinfo=UTC)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["area", "start_utc", "end_utc", "eur_per_mwh"])
        for number in range(quarters):
            begin = start + timedelta(minutes=15 * number)
            end = begin + timedelta(minutes=15)
            writer.writerow(["DK1", f"{begin:%Y-%m-%dT%H:%M:%SZ}", f"{end:%Y-%m-%dT%H:%M:%SZ}", "-3.10"])
    return path


def test_a_recording_gives_its_last_evening_with_a_next_day(tmp_path: Path) -> None:
    chosen = evening.choose(write_prices(tmp_path / "p.csv", quarters=4 * 24 * 3), area="DK1", now=NOW)
    assert (chosen.source, f"{chosen.departure:%F}") == ("recorded", "2026-08-21")


def test_a_recording_that_is_too_short_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="line"):
        evening.choose(write_prices(tmp_path / "p.csv", quarters=96), area="DK1", now=NOW)


def test_a_recording_without_the_area_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="SE3"):
        evening.choose(write_prices(tmp_path / "p.csv", quarters=96), area="SE3", now=NOW)


def test_everybody_has_a_login_of_their_own() -> None:
    assert len({login.email for login in people.EVERYBODY}) == len(people.EVERYBODY)
