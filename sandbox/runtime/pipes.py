"""Whole lines over pipes to a process that may have stopped talking or listening."""

import os
import select
import time
from typing import Final

LINE_LENGTH: Final = 2 << 20
PART: Final = 1 << 16


class Deadline:
    """A moment until which pipes are waited for."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds left.

        Raises:
            TimeoutError: there are none.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def write(handle: int, message: bytes, *, deadline: Deadline) -> None:
    """Write everything to a non-blocking pipe.

    Raises:
        TimeoutError: nobody read it in time.
        BrokenPipeError: the reader is gone.
    """
    rest = memoryview(message)
    while rest:
        if select.select([], [handle], [], deadline.left())[1]:
            rest = rest[os.write(handle, rest) :]


def read_line(handle: int, *, deadline: Deadline) -> bytes:
    """Read up to the end of a line.

    Raises:
        TimeoutError: no whole line came in time.
        EOFError: the writer is gone, or says too much at once.
    """
    line = bytearray()
    while not line.endswith(b"\n"):
        if not select.select([handle], [], [], deadline.left())[0]:
            continue
        part = os.read(handle, PART)
        if not part or len(line) > LINE_LENGTH:
            raise EOFError
        line += part
    return bytes(line)
