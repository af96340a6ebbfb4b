"""Runs a module of ours in a child process that inherits nothing of ours: no environment, no files, only pipes."""

import signal
import subprocess
import sys
from typing import Final

from sandbox.runtime.errors import ChildDiedError

# One heap for all threads: the C library looks at /proc before it makes another, and the filter forbids that.
ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1", "RAYON_NUM_THREADS": "2"}


def command(module: str) -> list[str]:
    """The command line of an isolated interpreter that runs the module."""
    return [sys.executable, "-I", "-m", module]


def run(module: str, message: bytes, *, timeout: float) -> bytes:
    """Send the message to a fresh child and answer with what it wrote.

    Raises:
        ChildDiedError: it was killed, failed, or took longer than `timeout` seconds.
    """
    try:
        done = subprocess.run(
            command(module), input=message, capture_output=True, env=ENVIRONMENT, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise ChildDiedError(cause="TIMEOUT") from late
    if done.returncode:
        raise ChildDiedError(cause=cause(done.returncode), log=tail(done.stderr))
    return done.stdout


def cause(returncode: int) -> str:
    """Name the process signal of a return code, or its exit status."""
    return signal.Signals(-returncode).name if returncode < 0 else f"EXIT_{returncode}"


def tail(stderr: bytes) -> str:
    """The last lines of what a child complained about."""
    return stderr[-2000:].decode(errors="replace").strip()
