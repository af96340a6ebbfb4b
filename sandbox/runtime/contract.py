"""Holds a component against the world of its own manifest, before anything compiles or runs it.

The import list is the list of what a component can do. It is read here by another program than the one that runs the
component later, so a component would have to deceive both.
"""

import re
import tempfile
from pathlib import Path
from typing import Final

from sandbox.runtime import child
from sandbox.runtime.engine import PREAMBLE
from sandbox.runtime.errors import ChildDiedError, ComponentRefusedError
from sandbox.wire import wit
from sandbox.wire.manifest import Manifest

TIMEOUT: Final = 60.0  # seconds of wall clock; the child's own limit of CPU time is lower
MAX_ANSWER: Final = 1 << 16
# What the tool complains about → code; what is in the brackets names it.
COMPLAINTS: Final = (
    (re.compile(r"missing import named `([^`]+)`"), "UNDECLARED_IMPORT"),
    (re.compile(r"(missing export named `[^`]+`)"), "INVALID"),
    (re.compile(r"(type mismatch for (?:import|export) `(?!this-app`)[^`]+`)"), "WRONG_TYPE"),
)
LAST_LINE: Final = re.compile(r"([^\n]+)\Z")


def check(component: bytes, manifest: Manifest) -> None:
    """Refuse a component that imports more than its manifest asks for, or whose types are not the contract's.

    Raises:
        ComponentRefusedError: it does not fit; the code says how, the text names the first flaw.
        ChildDiedError: reading it took more time or memory than allowed.
    """
    if not component.startswith(PREAMBLE):
        raise ComponentRefusedError(code="INVALID", text="not a component")
    world = wit.narrow_world(wit.interfaces(manifest.scopes, surfaces=manifest.surfaces))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "app.wit")
        path.write_text(world, encoding="utf-8")
        try:
            child.run("sandbox.runtime.contract_worker", component, str(path), timeout=TIMEOUT, limit=MAX_ANSWER)
        except ChildDiedError as death:
            if death.cause != "EXIT_1":
                raise
            raise refusal(death.log) from death


def refusal(complaint: str) -> ComponentRefusedError:
    """What the tool's complaint means."""
    for pattern, code in COMPLAINTS:
        if found := pattern.search(complaint):
            return ComponentRefusedError(code=code, text=found[1][:200])
    found = LAST_LINE.search(complaint)
    return ComponentRefusedError(code="INVALID", text=found[1].strip()[:200] if found else "it cannot be read")
