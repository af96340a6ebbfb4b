"""Talking to a process that may not answer."""

import os

import pytest

from sandbox.runtime import pipes
from sandbox.runtime.pipes import Deadline


def test_whole_line_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"one line\n")
    assert pipes.read_line(reading, deadline=Deadline(1)) == b"one line\n"


def test_half_a_line_is_not_waited_for() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"half a li")
    with pytest.raises(TimeoutError):
        pipes.read_line(reading, deadline=Deadline(0.05))


def test_closed_pipe_is_the_end() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with pytest.raises(EOFError):
        pipes.read_line(reading, deadline=Deadline(1))


def test_line_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "LINE_LENGTH", 10)
    reading, writing = os.pipe()
    os.write(writing, b"x" * 20)
    os.set_blocking(writing, False)
    with pytest.raises((EOFError, TimeoutError)):
        pipes.read_line(reading, deadline=Deadline(0.05))


def test_reader_that_does_not_read_is_not_waited_for() -> None:
    _, writing = os.pipe()
    os.set_blocking(writing, False)
    with pytest.raises(TimeoutError):
        pipes.write(writing, b"x" * (1 << 20), deadline=Deadline(0.05))
