"""Keeps compiled components on disk. Compiled code is native code, so only what we wrote ourselves is ever loaded."""

import fcntl
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from sandbox.runtime import engine

KEPT = 16  # compiled components; one of a Python app takes 42 MiB


class CodeCache:
    """A folder of compiled components, each beside its HMAC-SHA256 under a key of this machine."""

    def __init__(self, folder: Path, *, key: bytes) -> None:
        self._folder, self._key = folder, key
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @classmethod
    def at(cls, folder: Path) -> Self:
        """The cache of a folder that only this user can read; its key is made once, by whoever comes first."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "key"
        if not path.exists():
            _write(path, secrets.token_bytes(32), unless_there=True)
        return cls(folder, key=path.read_bytes())

    def find(self, component: bytes) -> Path | None:
        """The compiled code of a component, or None if there is none or somebody changed it."""
        path = self._path(component)
        try:
            intact = hmac.compare_digest(path.with_suffix(".mac").read_bytes(), self._mac(path.name, path.read_bytes()))
        except OSError:
            return None
        if not intact:
            return None
        with suppress(FileNotFoundError):  # another process may have made room just now
            os.utime(path)
        return path

    def keep(self, component: bytes, code: bytes) -> Path:
        """Store compiled code; a crash leaves either nothing or all of it."""
        path = self._path(component)
        _write(path, code)
        _write(path.with_suffix(".mac"), self._mac(path.name, code))
        self._forget_oldest()
        return path

    @contextmanager
    def lock(self, component: bytes) -> Iterator[None]:
        """Hold the right to compile one component, so that two apps' processes do not compile it at once."""
        with self._path(component).with_suffix(".lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _forget_oldest(self) -> None:
        """Remove what was not used for longest; a process that runs such code keeps it."""
        by_age = sorted(self._folder.glob("*.cwasm"), key=lambda path: path.stat().st_mtime_ns)
        for path in by_age[:-KEPT]:
            for suffix in (".mac", ".cwasm", ".lock"):
                path.with_suffix(suffix).unlink(missing_ok=True)

    def _path(self, component: bytes) -> Path:
        name = hashlib.sha256(engine.fingerprint().encode() + b"\0" + component).hexdigest()
        return self._folder / f"{name}.cwasm"

    def _mac(self, name: str, code: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\0" + code, "sha256")


def _write(path: Path, content: bytes, *, unless_there: bool = False) -> None:
    """Put a whole file in place at once, readable by its owner only."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if unless_there:
            with suppress(FileExistsError):
                path.hardlink_to(temporary)
        else:
            Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
