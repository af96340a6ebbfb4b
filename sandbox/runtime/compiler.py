"""Compiles components in a short-lived child, once for each component and machine."""

from pathlib import Path

import msgspec

from sandbox.runtime import child
from sandbox.runtime.codecache import CodeCache
from sandbox.runtime.errors import ChildDiedError, ComponentRefusedError

TIMEOUT = 240.0  # seconds of wall clock; the child's own limit of CPU time is lower
MAX_CODE = 256 << 20  # bytes; a Python app of 12 MiB compiles to 42 MiB


class Answer(msgspec.Struct):
    """The first line of the child's answer."""

    ok: bool
    code: str = ""
    text: str = ""


def ready(component: bytes, cache: CodeCache) -> Path:
    """The component's compiled code, from the cache or compiled now.

    Raises:
        ComponentRefusedError: it is not a component, or a broken one.
        ChildDiedError: compiling took more time or memory than allowed, or the child said nonsense.
    """
    with cache.lock(component):
        return cache.find(component) or cache.keep(component, _compile(component))


def _compile(component: bytes) -> bytes:
    said = child.run("sandbox.runtime.compile_worker", component, timeout=TIMEOUT, limit=MAX_CODE)
    line, _, code = said.partition(b"\n")
    try:
        answer = msgspec.json.decode(line, type=Answer)
    except msgspec.DecodeError as broken:
        raise ChildDiedError(cause="BAD_ANSWER") from broken
    if not answer.ok:
        raise ComponentRefusedError(code=answer.code, text=answer.text)
    return code
