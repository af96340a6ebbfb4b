"""Starts the demo's processes, notices when one dies, and stops them all."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import psutil

from forecourt.config.demo.errors import ChildDiedError, PortInUseError

TAIL_LINES: Final = 25
GRACE_SECONDS: Final = 8.0
PR_SET_PDEATHSIG: Final = 1  # prctl(2): the kernel tells a child when its parent dies


class Processes:
    """The children of one demo, in the order they were started; each writes to its own log."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs, self._environment = logs, dict(environment)
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._errands: set[str] = set()
        logs.mkdir(parents=True, exist_ok=True)

    def run(self, name: str, argv: Sequence[str], *, extra: Mapping[str, str] | None = None) -> None:
        """Run a short-lived Python child to its end.

        Raises:
            ChildDiedError: it failed.
        """
        self.start(name, argv, errand=True, extra=extra)
        if status := self.finish(name):
            raise ChildDiedError(f"{name} failed ({status}).\n{self.tail(name)}")

    def finish(self, name: str) -> int:
        """Wait for a child that ends by itself; answers its exit status."""
        return self._running.pop(name).wait()

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        talk: bool = False,
        errand: bool = False,
        extra: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a Python child.

        With `talk`, its standard input and output are pipes of text lines; an `errand` may end well by itself;
        `extra` adds to the environment.
        """
        with (self._logs / f"{name}.log").open("w") as log:
            child = subprocess.Popen(
                [sys.executable, *argv],
                env={**self._environment, **(extra or {})},
                stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talk else log,
                stderr=log,
                text=True,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call; no thread holds a lock it needs
            )
        self._running[name] = child
        if errand:
            self._errands.add(name)
        return child

    def check(self) -> None:
        """Notice a child that ended by itself.

        Raises:
            ChildDiedError: names it and shows the end of its log.
        """
        for name, child in self._running.items():
            status = child.poll()
            if status or (status == 0 and name not in self._errands):
                raise ChildDiedError(f"{name} ended with {status}.\n{self.tail(name)}")

    def tail(self, name: str) -> str:
        """The last lines of a child's log."""
        lines = (self._logs / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-TAIL_LINES:])

    def stop(self) -> None:
        """Ask every child to end, the last one first, and kill those that do not within the grace time."""
        children = list(reversed(self._running.values()))
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(child)
            if child.stdin:
                child.stdin.close()
        self._running.clear()


def check_ports(ports: Sequence[int]) -> None:
    """Make sure that every port is free on loopback.

    Raises:
        PortInUseError: names the first that is not.
    """
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortInUseError(f"Port {port} is in use.") from error


def resident_mib() -> int:
    """Memory of this process and all its descendants, in MiB; shared pages count once for each process."""
    me = psutil.Process()
    total = 0
    for process in [me, *me.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total >> 20


def _kill_group(child: subprocess.Popen[str]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    child.wait()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
