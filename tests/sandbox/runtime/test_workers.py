"""The insides of the two children that run apps, without the confinement around them."""

from collections.abc import Callable

import pytest
from wasmtime import Engine
from wasmtime.component import Component

from sandbox.runtime import engine as engines
from sandbox.runtime import vetting_worker
from sandbox.runtime.appworker import Running
from sandbox.runtime.messages import Budget, Granted, Job, TickRequest
from sandbox.runtime.replay_rows import changes, drive_rows
from tests.sandbox.runtime.components import CARD, LOOP, OK, SHOW, component, shows_if_readable

SPEED = frozenset({"Vehicle.Speed"})
JOB = Job(code="", granted=Granted(SPEED), budget=Budget(fuel=2_000_000))
COUNTER = "(global $n (mut i32) (i32.const 0)) (func $once (global.set $n (i32.add (global.get $n) (i32.const 1))))"
SECOND = f"(call $once) (if (i32.eq (global.get $n) (i32.const 2)) (then {LOOP})) {OK}"


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = engines.new_engine()
    engines.start_clock(engine)
    return engine


@pytest.fixture
def compiled(engine: Engine) -> Callable[[bytes], Component]:
    return lambda wasm: engines.compiled(engine, wasm)


def test_replay_reports_use_and_cards(engine: Engine, compiled: Callable[[bytes], Component]) -> None:
    rows = changes(drive_rows(20), readable=SPEED)
    report = vetting_worker.vet(engine, compiled(shows_if_readable()), JOB, rows)
    assert (report.ticks, report.card_count, report.used) == (20, 20, {"Vehicle.Speed": 20})
    assert report.deterministic
    assert report.fuel_max >= report.fuel_p50 > 0


def test_replay_tells_at_which_tick_an_app_was_stopped(engine: Engine, compiled: Callable[[bytes], Component]) -> None:
    report = vetting_worker.vet(engine, compiled(component(SECOND, extra=COUNTER)), JOB, drive_rows(5))
    assert (report.stopped, report.stage, report.ticks) == ("OUT_OF_FUEL", "run", 2)


def test_running_app_gives_each_card_once(engine: Engine, compiled: Callable[[bytes], Component]) -> None:
    show = SHOW.format(length=len(CARD))
    once = f"(call $once) (if (i32.eq (global.get $n) (i32.const 1)) (then {show})) {OK}"
    app = Running(engine, compiled(component(once, extra=COUNTER)), JOB)
    assert [len(app.tick(TickRequest(event={})).cards) for _ in range(3)] == [1, 0, 0]


def test_running_app_learns_what_changed_and_what_went(engine: Engine, compiled: Callable[[bytes], Component]) -> None:
    app = Running(engine, compiled(shows_if_readable()), JOB)
    assert app.tick(TickRequest(event={}, changed={"Vehicle.Speed": 1.0})).cards
    assert app.tick(TickRequest(event={})).cards
    assert not app.tick(TickRequest(event={}, gone=("Vehicle.Speed",))).cards


def test_running_app_that_is_stopped_says_why(engine: Engine, compiled: Callable[[bytes], Component]) -> None:
    assert Running(engine, compiled(component(LOOP)), JOB).tick(TickRequest(event={})).stopped == "OUT_OF_FUEL"
