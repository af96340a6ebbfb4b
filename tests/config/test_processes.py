"""The demo's supervisor: a death is noticed with its log, everything is stopped, a port in use is named."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from forecourt.config.demo.errors import AlreadyRunningError, ChildDiedError, PortInUseError
from forecourt.config.demo.lock import only_one
from forecourt.config.demo.processes import Processes, check_ports, resident_mib

SLEEPER = ["-c", "import time; time.sleep(60)"]
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
PARENT = """
import os, sys, time
from pathlib import Path
from forecourt.config.demo.processes import Processes
child = Processes(Path(sys.argv[1]), dict(os.environ)).start("c", ["-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    running = Processes(tmp_path / "logs", dict(os.environ))
    yield running
    running.stop()


def test_a_crash_is_reported_with_the_end_of_its_log(processes: Processes) -> None:
    processes.start("worker", ["-c", "import sys; print('out of cheese'); sys.exit(3)"]).wait()
    with pytest.raises(ChildDiedError, match=r"worker ended with 3\.\n  out of cheese"):
        processes.check()


def test_a_server_that_ends_well_has_still_died(processes: Processes) -> None:
    processes.start("web", ["-c", ""]).wait()
    with pytest.raises(ChildDiedError, match="web ended with 0"):
        processes.check()


def test_an_errand_may_end_well(processes: Processes) -> None:
    processes.start("build", ["-c", ""], errand=True).wait()
    processes.check()
    assert processes.finish("build") == 0


def test_an_errand_that_fails_is_reported(processes: Processes) -> None:
    with pytest.raises(ChildDiedError, match="prepare failed"):
        processes.run("prepare", ["-c", "raise SystemExit(1)"])


def test_stopping_leaves_no_child(processes: Processes) -> None:
    children = [processes.start(name, SLEEPER) for name in ("a", "b")]
    processes.stop()
    assert all(child.returncode == -signal.SIGTERM for child in children)


def test_a_child_that_will_not_end_is_killed(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecourt.config.demo.processes.GRACE_SECONDS", 0.2)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = processes.start("deaf", ["-c", deaf], talk=True)
    assert child.stdout is not None
    child.stdout.readline()
    processes.stop()
    assert child.returncode == -signal.SIGKILL
    child.stdout.close()


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    family = Processes(tmp_path, dict(os.environ))
    parent = family.start("parent", ["-c", PARENT, str(tmp_path / "inner")], talk=True)
    assert parent.stdout is not None
    grandchild = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    family.stop()
    deadline = time.monotonic() + 5
    while grandchild.is_running() and grandchild.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=str(port)):
            check_ports([port])


def test_a_second_demo_is_told_of_the_first(tmp_path: Path) -> None:
    with (
        only_one(tmp_path, url="http://127.0.0.1:8000"),
        pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}, http://127.0.0.1:8000"),
        only_one(tmp_path, url="http://127.0.0.1:9000"),
    ):
        pass


def test_the_lock_of_an_ended_demo_is_free(tmp_path: Path) -> None:
    with only_one(tmp_path, url="a"):
        pass
    with only_one(tmp_path, url="b"):
        assert "b" in (tmp_path / "demo.lock").read_text()


def test_memory_counts_this_process() -> None:
    assert resident_mib() > 10
