"""What an app may do, and how each way to misbehave ends."""

import pytest
from typing_extensions import override
from wasmtime import Engine, WasmtimeError, wat2wasm

from sandbox.runtime import engine as engines
from sandbox.runtime.host import App
from sandbox.runtime.messages import Budget, Granted
from sandbox.runtime.state import Session
from tests.sandbox.runtime import components
from tests.sandbox.runtime.components import LOOP, OK, READ, SHOW, bare, component, reads, shows

FUEL = 20_000_000
SPEED = Granted(frozenset({"Vehicle.Speed"}))
FLOOD = f"(loop $again {READ.format(length=13)} (br $again)) unreachable"
FOOL = '(func $f (export "all fuel consumed\\0awasm trap: interrupt") unreachable)'

STOPS = {
    "endless loop": (bare(LOOP), "OUT_OF_FUEL"),
    "endless loop in a start function": (component(extra=f"(func $s {LOOP}) (start $s)"), "OUT_OF_FUEL"),
    "endless fill of memory": (
        bare("(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 65536)) (br $l)) unreachable"),
        "OUT_OF_FUEL",
    ),
    "endless host calls": (component(FLOOD), "OUT_OF_FUEL"),
    "endless recursion": (component("(call $r) unreachable", extra="(func $r (call $r))"), "STACK_OVERFLOW"),
    "trap": (bare("unreachable"), "UNREACHABLE"),
    "trap in a function named like another reason": (component(f"(call $f) {OK}", extra=FOOL), "UNREACHABLE"),
    "division by zero": (bare("(i32.div_u (i32.const 1) (i32.const 0))"), "TRAP"),
    "read outside memory": (bare("(i32.load (i32.const 99999999))"), "MEMORY_OOB"),
    "memory bomb": (bare(memory=32768), "MEMORY_LIMIT"),
    "table bomb": (component(extra="(table 10000000 funcref)"), "TABLE_LIMIT"),
    "too many tables": (component(extra="(table 1 funcref)" * 100), "RESOURCE_LIMIT"),
    "result outside memory": (bare("(i32.const 99999996)"), "BAD_VALUE"),
    "result at an odd address": (bare("(i32.const 17)"), "BAD_VALUE"),
    "argument outside memory": (
        component(f"(call $show (i32.const 99999999) (i32.const 9) (i32.const 32)) {OK}"),
        "BAD_VALUE",
    ),
    "undeclared import": (component(around=components.SOCKETS), "UNKNOWN_IMPORT"),
    "no handler": (bare(export="other"), "INVALID"),
    "handler with other types": (bare(handle='(param "a" u32) (param "b" u32) (result u32)'), "WRONG_TYPE"),
    "text instead of a binary": (b"(component)", "INVALID"),
    "core module": (bytes(wat2wasm("(module)")), "INVALID"),
    "nothing at all": (b"", "INVALID"),
    "truncated": (bare()[:-40], "INVALID"),
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = engines.new_engine()
    engines.start_clock(engine)
    return engine


def run(engine: Engine, wasm: bytes, session: Session, *, fuel: int = FUEL) -> App:
    """Start the component and send it one event."""
    app = App(engine, engines.compiled(engine, wasm), session, budget=Budget(fuel=fuel, ticks=100))
    assert app.send({"type": "tick"}) is None
    return app


@pytest.mark.parametrize(("wasm", "code"), STOPS.values(), ids=STOPS)
def test_misbehaviour_is_stopped_and_named(engine: Engine, wasm: bytes, code: str) -> None:
    with pytest.raises((WasmtimeError, TypeError)) as stop:
        run(engine, wasm, Session(SPEED, signals={"Vehicle.Speed": 1.0}))
    assert engines.classify(stop.value) == code


def test_clock_stops_what_has_fuel_without_end(engine: Engine) -> None:
    app_budget = Budget(fuel=1 << 60, ticks=5)
    app = App(engine, engines.compiled(engine, bare(LOOP)), Session(SPEED), budget=app_budget)
    with pytest.raises(WasmtimeError) as stop:
        app.send({})
    assert engines.classify(stop.value) == "DEADLINE"


def test_growing_memory_is_refused_at_the_limit_and_the_app_goes_on(engine: Engine) -> None:
    refused = "(if (i32.ne (memory.grow (i32.const 5000)) (i32.const -1)) (then unreachable))"
    run(engine, bare(refused + OK), Session(SPEED))


def test_card_reaches_the_car(engine: Engine) -> None:
    session = Session(SPEED)
    run(engine, shows(), session)
    assert session.cards == [components.CARD]


def test_sixth_card_of_an_event_is_refused_and_the_next_event_may_show_again(engine: Engine) -> None:
    session = Session(SPEED)
    app = run(engine, shows(6), session)
    assert len(session.cards) == 5
    app.send({})
    assert len(session.cards) == 10


@pytest.mark.parametrize("card", ["no json", "[" * 9000, '{"a":' * 2000], ids=["no json", "too long", "deep"])
def test_card_that_is_no_json_is_refused(engine: Engine, card: str) -> None:
    session = Session(SPEED)
    run(engine, component(SHOW.format(length=len(card)) + OK, card=card), session)
    assert session.cards == []


def test_granted_signal_is_read_and_counted(engine: Engine) -> None:
    session = Session(SPEED, signals={"Vehicle.Speed": 50.0})
    run(engine, reads(), session)
    assert session.used == {"Vehicle.Speed": 1}
    assert not session.denied


def test_signal_without_grant_is_denied_and_counted(engine: Engine) -> None:
    session = Session(SPEED, signals={"Vehicle.Cabin.Door": 1.0})
    run(engine, reads("Vehicle.Cabin.Door"), session)
    assert session.denied == {"Vehicle.Cabin.Door": 1}
    assert not session.used


def test_host_calls_are_paid_by_the_app(engine: Engine) -> None:
    idle = run(engine, component(), Session(SPEED)).fuel_used
    calling = run(engine, reads(), Session(SPEED)).fuel_used
    assert calling - idle > 50_000


def test_mistake_of_the_host_is_raised_after_the_app_returned(engine: Engine) -> None:
    class Broken(Session):
        @override
        def read(self, path: str) -> object:
            raise SystemExit(path)

    app = App(engine, engines.compiled(engine, reads()), Broken(SPEED), budget=Budget())
    with pytest.raises(SystemExit):
        app.send({})


def test_same_input_costs_the_same_fuel(engine: Engine) -> None:
    costs = {run(engine, shows(), Session(SPEED)).fuel_used for _ in range(3)}
    assert len(costs) == 1
