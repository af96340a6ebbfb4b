"""One demo per checkout: a lock that the kernel lets go of, however the demo ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forecourt.config.demo.errors import AlreadyRunningError


@contextmanager
def only_one(folder: Path, *, url: str) -> Iterator[None]:
    """Hold the checkout's lock, with the address of this demo written in it.

    Raises:
        AlreadyRunningError: another demo holds it; the message says which process and where it listens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise AlreadyRunningError(f"A demo is running in this checkout ({file.read().strip()}).") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, {url}")
        file.flush()
        yield
