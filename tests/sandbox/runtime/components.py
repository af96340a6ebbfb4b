"""Small components in text form: an app in twenty lines, and every way to misbehave."""

from typing import Final

from wasmtime import wat2wasm

OK: Final = "(i32.const 16)"  # points at zeroes: the result without an error
LOOP: Final = "(loop $again (br $again)) unreachable"
SHOW: Final = "(call $show (i32.const 256) (i32.const {length}) (i32.const 32))"
READ: Final = "(call $read (i32.const 64) (i32.const {length}) (i32.const 32))"
CARD: Final = '{"title":"Hello"}'
HANDLE: Final = '(func (export "handle") (param i32 i32) (result i32) {body})'
HANDLE_TYPE: Final = '(param "event-json" string) (result (result (error string)))'

UI: Final = """
  (type $ui-type (instance
    (type $codes (enum "denied" "invalid" "quota"))
    (export "error-code" (type $code (eq $codes)))
    (export "show" (func (param "card-json" string) (result (result (error $code)))))))
  (import "vehicle:app/ui@1.0.0" (instance $ui (type $ui-type)))
  (core func $lowered-show (canon lower (func $ui "show") (memory (core memory $store "memory"))))"""
SIGNALS: Final = """
  (type $signals-type (instance
    (type $codes (enum "denied" "unknown" "unavailable" "invalid" "quota"))
    (export "error-code" (type $code (eq $codes)))
    (export "get-number" (func (param "path" string) (result (result float64 (error $code)))))))
  (import "vehicle:app/signals@1.0.0" (instance $signals (type $signals-type)))
  (core func $lowered-read (canon lower (func $signals "get-number") (memory (core memory $store "memory"))))"""
SOCKETS: Final = """
  (import "wasi:sockets/network@0.2.0" (instance (export "instance-network" (func))))"""


def component(
    body: str = OK, *, card: str = CARD, path: str = "Vehicle.Speed", extra: str = "", around: str = "", memory: int = 1
) -> bytes:
    """A component that imports `ui.show` and `signals.get-number`; `body` is its handler."""
    text = f"""(component
  (core module $store-module (memory (export "memory") {memory})
    (data (i32.const 64) {_quoted(path)}) (data (i32.const 256) {_quoted(card)})
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8192)))
  (core instance $store (instantiate $store-module)){UI}{SIGNALS}{around}
  (core module $app-module
    (import "store" "memory" (memory 1))
    (import "ui" "show" (func $show (param i32 i32 i32)))
    (import "signals" "read" (func $read (param i32 i32 i32)))
    {extra}
    {HANDLE.format(body=body)})
  (core instance $app (instantiate $app-module
    (with "store" (instance $store))
    (with "ui" (instance (export "show" (func $lowered-show))))
    (with "signals" (instance (export "read" (func $lowered-read))))))
  (func (export "handle") {HANDLE_TYPE} (canon lift (core func $app "handle")
    (memory (core memory $store "memory")) (realloc (core func $store "realloc")))))"""
    return bytes(wat2wasm(text))


def bare(body: str = OK, *, export: str = "handle", handle: str = HANDLE_TYPE, memory: int = 1) -> bytes:
    """A component that imports nothing."""
    text = f"""(component
  (core module $m (memory (export "memory") {memory})
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    {HANDLE.format(body=body)})
  (core instance $i (instantiate $m))
  (func (export "{export}") {handle} (canon lift (core func $i "handle")
    (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))"""
    return bytes(wat2wasm(text))


def shows(times: int = 1, *, card: str = CARD) -> bytes:
    """Shows a card as often as asked in each event."""
    call = SHOW.format(length=len(card))
    return component(call * times + OK, card=card)


def reads(path: str = "Vehicle.Speed") -> bytes:
    """Reads one signal in each event."""
    return component(READ.format(length=len(path)) + OK, path=path)


def shows_if_readable(path: str = "Vehicle.Speed") -> bytes:
    """Shows its card in events in which the signal can be read: a result that is no error begins with a zero."""
    read = READ.format(length=len(path))
    show = SHOW.format(length=len(CARD))
    return component(f"{read} (if (i32.eqz (i32.load8_u (i32.const 32))) (then {show})) {OK}", path=path)


def many_calls(count: int) -> bytes:
    """Valid, small, and very hard on a compiler: one function that calls another one over and over."""
    return bytes(wat2wasm(f"(component (core module (func $f) (func {'(call $f)' * count})))"))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
