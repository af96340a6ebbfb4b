"""Runs a module of ours in a child process that inherits nothing of ours: no environment, no files, only pipes.

Such a child meets strangers' bytes and may be taken over by them: it gets a deadline, and what it says has a limit.
"""

import os
import selectors
import signal
import subprocess
import sys
from typing import Final

from sandbox.runtime.errors import ChildDiedError
from sandbox.runtime.pipes import PART, Deadline

# One heap for all threads: the C library looks at /proc before it makes another, and the filter forbids that.
ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1", "RAYON_NUM_THREADS": "2"}
LAST_WORDS: Final = 2000  # bytes of its complaints that are kept


def command(module: str, *arguments: str) -> list[str]:
    """The command line of an isolated interpreter that runs the module."""
    return [sys.executable, "-I", "-m", module, *arguments]


def run(module: str, message: bytes, *arguments: str, timeout: float, limit: int) -> bytes:
    """Send the message to a fresh child and answer with what it wrote, at most `limit` bytes.

    Raises:
        ChildDiedError: it was killed, failed, said too much, or took longer than `timeout` seconds.
    """
    pipe, deadline, talk = subprocess.PIPE, Deadline(timeout), _Talk(message, limit=limit)
    line = command(module, *arguments)
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT, bufsize=0) as process:
        try:
            talk.hold(process, deadline=deadline)
            process.wait(deadline.left())
        except (TimeoutError, subprocess.TimeoutExpired) as late:
            raise ChildDiedError(cause="TIMEOUT") from late
        finally:
            process.kill()  # one that has ended does not notice
    if process.returncode:
        raise ChildDiedError(cause=cause(process.returncode), log=talk.complaints.decode(errors="replace").strip())
    return bytes(talk.answer)


def cause(returncode: int) -> str:
    """Name the process signal of a return code, or its exit status."""
    return signal.Signals(-returncode).name if returncode < 0 else f"EXIT_{returncode}"


class _Talk:
    """Writes a message while reading the answer, so that neither side ever waits for the other's full pipe."""

    def __init__(self, message: bytes, *, limit: int) -> None:
        self._rest, self._limit = memoryview(message), limit
        self.answer, self.complaints = bytearray(), b""

    def hold(self, process: subprocess.Popen[bytes], *, deadline: Deadline) -> None:
        """Go on until every pipe is closed."""
        assert process.stdin and process.stdout and process.stderr  # noqa: PT018, S101 - pipes were asked for
        os.set_blocking(process.stdin.fileno(), False)
        with selectors.DefaultSelector() as pipes:
            pipes.register(process.stdin, selectors.EVENT_WRITE, self._say)
            pipes.register(process.stdout, selectors.EVENT_READ, self._hear)
            pipes.register(process.stderr, selectors.EVENT_READ, self._note)
            while pipes.get_map():
                for key, _ in pipes.select(deadline.left()):
                    if not key.data(key.fd):
                        pipes.unregister(key.fileobj)
                        if key.fileobj is process.stdin:
                            process.stdin.close()  # or the child waits for more

    def _say(self, handle: int) -> bool:
        try:
            self._rest = self._rest[os.write(handle, self._rest) :]
        except BrokenPipeError:  # it does not listen any more; its answer tells why
            return False
        return bool(self._rest)

    def _hear(self, handle: int) -> bool:
        part = os.read(handle, PART)
        self.answer += part
        if len(self.answer) > self._limit:
            raise ChildDiedError(cause="TOO_MUCH_OUTPUT")
        return bool(part)

    def _note(self, handle: int) -> bool:
        part = os.read(handle, PART)
        self.complaints = (self.complaints + part)[-LAST_WORDS:]
        return bool(part)
