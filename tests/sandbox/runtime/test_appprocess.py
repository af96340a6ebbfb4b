"""An app in the car: it sees what is granted, and whatever it does, the car goes on."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.runtime import child, compiler
from sandbox.runtime.appprocess import RESTARTS, AppProcess, Budget, Granted
from sandbox.runtime.codecache import CodeCache
from sandbox.runtime.errors import ComponentRefusedError
from tests.sandbox.runtime import components
from tests.sandbox.runtime.components import LOOP, bare, component, reads, shows, shows_if_readable

SMALL = Budget(fuel=10_000_000)
SPEED = Granted(frozenset({"Vehicle.Speed"}))
TICK = {"type": "tick", "now": "2026-01-15T18:00:00+00:00"}
Starter = Callable[..., AppProcess]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Starter]:
    """Makes app processes and ends them after the test."""
    made: list[AppProcess] = []

    def make(wasm: bytes, granted: Granted = SPEED) -> AppProcess:
        process = AppProcess(wasm, granted=granted, limits=SMALL, cache=CodeCache.at(tmp_path / "code"))
        made.append(process)
        return process

    yield make
    for process in made:
        process.close()


def test_card_of_an_app_comes_back(app: Starter) -> None:
    answer = app(shows()).tick({}, TICK)
    assert answer.cards == (components.CARD,)
    assert answer.error is None


def test_app_reads_a_granted_signal(app: Starter) -> None:
    assert app(shows_if_readable()).tick({"Vehicle.Speed": 1.0}, TICK).cards


def test_app_does_not_read_a_signal_without_grant(app: Starter) -> None:
    process = app(shows_if_readable(), Granted(frozenset()))
    answer = process.tick({"Vehicle.Speed": 1.0}, TICK)
    assert not answer.cards
    assert answer.denied == {"Vehicle.Speed": 1}


def test_signal_that_did_not_change_is_still_known_and_one_that_went_is_not(app: Starter) -> None:
    process = app(shows_if_readable())
    assert process.tick({"Vehicle.Speed": 1.0}, TICK).cards
    assert process.tick({"Vehicle.Speed": 1.0}, TICK).cards
    assert not process.tick({}, TICK).cards


def test_refusals_are_counted_for_each_event(app: Starter) -> None:
    process = app(reads(), Granted(frozenset()))
    assert [process.tick({}, TICK).denied for _ in range(2)] == [{"Vehicle.Speed": 1}] * 2


def test_endless_loop_ends_the_app_and_not_the_car(app: Starter) -> None:
    process = app(bare(LOOP))
    answer = process.tick({}, TICK)
    assert (answer.error, answer.stopped) == ("OUT_OF_FUEL", "OUT_OF_FUEL")
    assert process.pid is None


def test_app_that_is_stopped_too_often_stays_stopped(app: Starter) -> None:
    process = app(bare("unreachable"))
    errors = [process.tick({}, TICK).error for _ in range(RESTARTS + 2)]
    assert errors == ["UNREACHABLE"] * (RESTARTS + 1) + ["STOPPED_TOO_OFTEN"]


def test_app_whose_process_is_killed_starts_again(app: Starter) -> None:
    process = app(shows())
    process.start()
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    assert process.tick({}, TICK).error == "SIGKILL"
    assert process.tick({}, TICK).cards


def test_app_whose_process_hangs_is_given_up(app: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.runtime.appprocess.TICK_TIMEOUT", 0.2)
    process = app(shows())
    process.start()
    assert process.pid
    os.kill(process.pid, signal.SIGSTOP)
    assert process.tick({}, TICK).error == "TIMEOUT"


def test_component_with_an_undeclared_import_does_not_start(app: Starter) -> None:
    with pytest.raises(ComponentRefusedError) as refusal:
        app(component(around=components.SOCKETS)).start()
    assert refusal.value.code == "UNKNOWN_IMPORT"


def test_app_runs_while_its_context_is_open(app: Starter) -> None:
    with app(shows()) as process:
        assert process.pid
    assert process.pid is None


def test_component_that_does_not_compile_is_an_answer_and_not_an_exception(app: Starter) -> None:
    assert app(b"(component)").tick({}, TICK).error == "INVALID"


def test_start_that_takes_too_long_is_an_answer_and_not_an_exception(
    app: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.runtime.appprocess.START_TIMEOUT", 0.0)
    process = app(shows())
    assert process.tick({}, TICK).error == "TIMEOUT"
    assert process.pid is None


def test_app_cannot_see_a_signal_by_naming_it_in_its_own_memory(app: Starter) -> None:
    process = app(shows_if_readable("Vehicle.CurrentLocation.Latitude"))
    answer = process.tick({"Vehicle.Speed": 1.0, "Vehicle.CurrentLocation.Latitude": 55.6}, TICK)
    assert not answer.cards
    assert answer.denied == {"Vehicle.CurrentLocation.Latitude": 1}


UNGRANTED = '{"actuations": [["Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging", "1"]]}'
HOSTILE = ["", "[]", '{"surprise": 1}', '{"cards": "all"}', '{"denied": {"a": -1}}', UNGRANTED]


@pytest.mark.parametrize("answer", HOSTILE)
def test_child_that_was_taken_over_cannot_harm_the_car(
    app: Starter, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    says = f"print('{{}}', flush=True); input(); input(); print({answer!r}, flush=True); time.sleep(9)"
    hostile = [sys.executable, "-I", "-c", f"import time; {says}"]
    monkeypatch.setattr(child, "command", lambda _module: hostile)
    monkeypatch.setattr(compiler, "ready", lambda *_component: Path("code"))
    process = app(shows())
    assert process.tick({}, TICK).error == "BAD_ANSWER"


def test_child_that_closes_its_mouth_and_stays_is_ended(app: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = [sys.executable, "-I", "-c", "import os, time; os.close(1); time.sleep(9)"]
    monkeypatch.setattr(child, "command", lambda _module: silent)
    monkeypatch.setattr(compiler, "ready", lambda *_component: Path("code"))
    process = app(shows())
    assert process.tick({}, TICK).error == "SIGKILL"
    assert process.pid is None
