"""The one configuration of the WebAssembly engine, the only way to compile, the clock, and why the engine stopped."""

import platform
import threading
import time
from importlib.metadata import version
from typing import Final

from wasmtime import Config, Engine, WasmtimeError, wat2wasm
from wasmtime.component import Component

PREAMBLE: Final = b"\0asm\x0d\0\x01\0"
TICK_SECONDS: Final = 0.01
ON: Final = (
    "wasm_component_model",
    "consume_fuel",
    "epoch_interruption",
    "cranelift_nan_canonicalization",
    "parallel_compilation",
)
# Off: what no tool chain needs; the last one needs memfd_create, which a confined process does not have.
OFF: Final = (
    "wasm_threads",
    "shared_memory",
    "wasm_memory64",
    "wasm_gc",
    "wasm_relaxed_simd",
    "wasm_exceptions",
    "wasm_function_references",
    "wasm_stack_switching",
    "wasm_wide_arithmetic",
    "wasm_custom_page_sizes",
    "memory_init_cow",
)
SIZES: Final = {
    "max_wasm_stack": 512 << 10,
    "memory_reservation": 64 << 20,  # the default of 4 GiB does not fit under RLIMIT_AS
    "memory_reservation_for_growth": 1 << 20,
    "memory_guard_size": 64 << 10,
}
BY_BEGINNING: Final = (
    ("failed to parse WebAssembly", "INVALID"),
    ("component exports no", "INVALID"),
    ("component imports", "UNKNOWN_IMPORT"),
)
BY_END: Final = (
    ("all fuel consumed", "OUT_OF_FUEL"),
    ("wasm trap: interrupt", "DEADLINE"),
    ("call stack exhausted", "STACK_OVERFLOW"),
    ("`unreachable` instruction", "UNREACHABLE"),
    ("out of bounds memory access", "MEMORY_OOB"),
    ("wasm trap", "TRAP"),
    ("exceeds memory limits", "MEMORY_LIMIT"),
    ("exceeds table limits", "TABLE_LIMIT"),
    ("resource limit", "RESOURCE_LIMIT"),
    ("hostcalls", "HOSTCALL_FUEL"),
    ("out of bounds", "BAD_VALUE"),
    ("discriminant", "BAD_VALUE"),
    ("utf-8", "BAD_VALUE"),
    ("not aligned", "BAD_VALUE"),
)


def new_engine() -> Engine:
    """An engine with every limit that its configuration can hold."""
    config = Config()
    for name in ON:
        setattr(config, name, True)
    for name in OFF:
        setattr(config, name, False)
    for name, size in SIZES.items():
        setattr(config, name, size)
    return Engine(config)


def fingerprint() -> str:
    """What compiled code depends on beside the component: engine version, processor and configuration."""
    sizes = ",".join(f"{name}={size}" for name, size in SIZES.items())
    return f"wasmtime {version('wasmtime')} {platform.machine()} +{','.join(ON)} -{','.join(OFF)} {sizes}"


def compiled(engine: Engine, wasm: bytes) -> Component:
    """Compile a binary component.

    Call it in a confined child process only: neither fuel nor the clock limits a compiler.

    Raises:
        WasmtimeError: it is text, a core module, or broken.
    """
    if not wasm.startswith(PREAMBLE):
        raise WasmtimeError("failed to parse WebAssembly module: not a component")
    return Component(engine, wasm)


def warm(engine: Engine) -> None:
    """Compile next to nothing, so that the compiler's threads exist before the system call filter forbids new ones."""
    Component(engine, bytes(wat2wasm("(component (core module (func) (func)))")))


def start_clock(engine: Engine) -> None:
    """Advance the engine's epoch from a thread; start it before the system call filter forbids threads."""

    def advance() -> None:
        while True:
            time.sleep(TICK_SECONDS)
            engine.increment_epoch()

    threading.Thread(target=advance, daemon=True).start()


def classify(error: Exception) -> str:
    """Name the reason of an engine error.

    Only the first and the last line count: those between hold names that the app's author chose.
    """
    if not isinstance(error, WasmtimeError):
        return "WRONG_TYPE" if isinstance(error, TypeError) else type(error).__name__
    lines = str(error).strip().splitlines() or [""]
    for beginning, code in BY_BEGINNING:
        if lines[0].startswith(beginning):
            return code
    return next((code for text, code in BY_END if text in lines[-1]), "OTHER")
