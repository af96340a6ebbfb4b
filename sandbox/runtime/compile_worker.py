"""Compiles one component in a confined process. stdin: the component; stdout: a JSON line, then the compiled code."""

import json
import os
import sys

from wasmtime import WasmtimeError

from sandbox.runtime.confine import Limits, confine
from sandbox.runtime.engine import classify, compiled, new_engine, warm

LIMITS = Limits(address_space=1 << 30, cpu_seconds=60)
TEXT_LENGTH = 300


def answer(wasm: bytes) -> tuple[dict[str, object], bytes]:
    """What the compiler says about the component, and its code."""
    engine = new_engine()
    warm(engine)
    confine(LIMITS)
    try:
        component = compiled(engine, wasm)
    except WasmtimeError as error:
        return {"ok": False, "code": classify(error), "text": str(error)[:TEXT_LENGTH]}, b""
    return {"ok": True}, bytes(component.serialize())


def main() -> None:
    """Read, compile, answer, and leave without the interpreter's tidying up, which the filter would kill."""
    report, code = answer(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(report).encode() + b"\n" + code)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
