"""A confined process can compute and talk, and nothing else."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.runtime import child
from sandbox.runtime.confine import Limits

CONFINE = """
import ctypes, os, resource, socket, subprocess, sys, threading, time
from seccompy import syscall_nr
from sandbox.runtime.confine import Limits, confine
call, parent, limit = ctypes.CDLL(None).syscall, os.getppid(), (ctypes.c_long * 2)(99, 99)
number = {name: syscall_nr(name) for name in ("tgkill", "prlimit64")}.get
assert confine(Limits(address_space=1 << 29, cpu_seconds=1))
"""
DEATHS = {
    "opening a file": ("open('/etc/hostname')", "SIGSYS"),
    "making a socket": ("socket.socket()", "SIGSYS"),
    "running a program": ("os.execv('/bin/true', ['true'])", "SIGSYS"),
    "forking": ("os.fork()", "SIGSYS"),
    "starting a thread": ("threading.Thread(target=print).start()", "SIGSYS"),
    "killing the parent": ("os.kill(os.getppid(), 0)", "SIGSYS"),
    "signalling another process": ("call(number('tgkill'), parent, parent, 0)", "SIGSYS"),
    "looking at another process's limits": (
        "call(number('prlimit64'), parent, resource.RLIMIT_CPU, None, limit)",
        "SIGSYS",
    ),
    "raising its own limits": ("call(number('prlimit64'), 0, resource.RLIMIT_CPU, limit, None)", "SIGSYS"),
    "aborting itself": ("os.abort()", "SIGABRT"),
    "computing for ever": ("while True: pass", "SIGXCPU"),
}


def ended(script: str) -> subprocess.CompletedProcess[bytes]:
    """Run lines after confining a fresh process."""
    command = [sys.executable, "-I", "-c", CONFINE + script]
    return subprocess.run(command, capture_output=True, check=False, timeout=30, env=child.ENVIRONMENT)


@pytest.mark.parametrize(("script", "cause"), DEATHS.values(), ids=DEATHS)
def test_confined_process_dies_of(script: str, cause: str) -> None:
    assert child.cause(ended(script).returncode) == cause


def test_process_that_becomes_a_program_can_load_it_but_not_write_or_fork(tmp_path: Path) -> None:
    (kept := tmp_path / "kept").write_text("kept", encoding="utf-8")
    setup = CONFINE.replace("cpu_seconds=1)", "cpu_seconds=1), becomes_program=True")
    command = [sys.executable, "-I", "-c", setup + "os.execve('/bin/sh', ['sh', '-c', sys.argv[1]], {})"]
    lines = ("echo loaded", f": > {kept}", "/bin/true & wait")
    ends = [subprocess.run([*command, line], capture_output=True, check=False, timeout=30) for line in lines]
    assert [child.cause(end.returncode) for end in ends] == ["EXIT_0", "SIGSYS", "SIGSYS"]
    assert (ends[0].stdout, kept.read_text(encoding="utf-8")) == (b"loaded\n", "kept")


def test_confined_process_cannot_take_more_memory() -> None:
    script = "try:\n    bytearray(1 << 30)\nexcept MemoryError:\n    os.write(1, b'refused')"
    assert ended(script).stdout == b"refused"


def test_confined_process_still_computes_and_talks() -> None:
    assert ended("print(sum(range(10)), flush=True); os._exit(0)").stdout == b"45\n"


def test_the_filter_looks_for_the_c_library_while_it_may_still_start_processes() -> None:
    spy = """
import ctypes.util, os, resource
find = ctypes.util.find_library
def find_library(name):
    os.write(1, str(resource.getrlimit(resource.RLIMIT_NPROC)[0]).encode())
    return find(name)
ctypes.util.find_library = find_library
"""
    command = [sys.executable, "-I", "-c", spy + CONFINE + "os._exit(0)"]
    found = subprocess.run(command, capture_output=True, check=True, timeout=30, env=child.ENVIRONMENT)
    assert found.stdout not in (b"", b"0")


def test_limits_leave_a_second_between_the_warning_and_the_end() -> None:
    assert Limits(address_space=1, cpu_seconds=7).rlimits()[resource.RLIMIT_CPU] == (7, 8)


def test_long_lived_process_has_no_limit_of_cpu_time() -> None:
    assert resource.RLIMIT_CPU not in Limits(address_space=1).rlimits()
