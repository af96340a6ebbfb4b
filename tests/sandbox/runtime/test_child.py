"""Talking with children that may have been taken over: whatever they say or do, the parent goes on."""

import sys
import time

import pytest

from sandbox.runtime import child
from sandbox.runtime.errors import ChildDiedError

LONG = 3 << 20  # more than any pipe holds


def says(script: str, monkeypatch: pytest.MonkeyPatch, *, message: bytes = b"", timeout: float = 20) -> bytes:
    """What a child that runs these lines says."""
    monkeypatch.setattr(child, "command", lambda _module: [sys.executable, "-I", "-c", script])
    return child.run("", message, timeout=timeout, limit=LONG)


def test_long_messages_cross_in_both_directions_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    echo = "import sys\nwhile part := sys.stdin.buffer.read(1000): sys.stdout.buffer.write(part)"
    message = bytes(range(256)) * (LONG // 256)
    assert says(echo, monkeypatch, message=message) == message


def test_endless_output_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ChildDiedError, match="TOO_MUCH_OUTPUT"):
        says("while True: print('x' * 65536)", monkeypatch)


def test_endless_complaints_are_cut_to_the_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys; sys.stderr.write('x' * 3_000_000 + 'end'); sys.exit(3)"
    with pytest.raises(ChildDiedError, match="EXIT_3") as death:
        says(script, monkeypatch)
    assert len(death.value.log) == child.LAST_WORDS
    assert death.value.log.endswith("end")


SILENT = {
    "listens to nothing": "import time; time.sleep(60)",
    "closes its mouth and stays": "import os, time; os.close(1); os.close(2); time.sleep(60)",
}


@pytest.mark.parametrize("script", SILENT.values(), ids=SILENT)
def test_child_is_ended_at_the_deadline_that(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    began = time.monotonic()
    with pytest.raises(ChildDiedError, match="TIMEOUT"):
        says(script, monkeypatch, message=bytes(LONG), timeout=0.5)
    assert time.monotonic() - began < 10


def test_child_that_answers_without_listening_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert says("print('no')", monkeypatch, message=bytes(LONG)) == b"no\n"


def test_child_that_fails_is_named_with_its_last_words() -> None:
    with pytest.raises(ChildDiedError) as death:
        child.run("sandbox.no_such_module", b"", timeout=20, limit=100)
    assert death.value.cause == "EXIT_1"
    assert "no_such_module" in death.value.log


def test_child_inherits_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "secret")
    assert b"DATABASE_URL" not in says("import os; print(sorted(os.environ))", monkeypatch)
