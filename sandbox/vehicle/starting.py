"""Starts an installed app in its confined child; cars that share a cache compile each app once."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sandbox.client.store import InstalledApp
from sandbox.runtime.appprocess import AppProcess, Budget, TickAnswer, granted_of
from sandbox.vehicle.apps import Starter
from sandbox.wire import manifest
from sandbox.wire.scopes import Scope


class StartedApp:
    """A running app, started under the lock of its cache."""

    def __init__(self, process: AppProcess, cache: Path) -> None:
        self._process, self._cache = process, cache

    def start(self) -> None:
        """Compile, or find what was compiled before, and start."""
        with _alone(self._cache):
            self._process.start()

    def tick(self, signals: Mapping[str, object], event: Mapping[str, object]) -> TickAnswer:
        """Give the app an event and the signals of this moment."""
        return self._process.tick(signals, event)

    def close(self) -> None:
        """End the child."""
        self._process.close()


def starter(cache: Path) -> Starter:
    """Starts apps whose compiled code is kept in that folder."""
    key = _key(cache)

    def start(app: InstalledApp) -> StartedApp:
        limits = manifest.parse(app.manifest.read_bytes()).limits
        process = AppProcess(
            app.component.read_bytes(),
            granted=granted_of(Scope.parse(scope) for scope in app.granted),
            limits=Budget(memory=limits.memory_mib << 20, fuel=limits.fuel_per_event),
            cache_dir=cache,
            hmac_key=key,
        )
        return StartedApp(process, cache)

    return start


def _key(cache: Path) -> bytes:
    """The key that proves that compiled code is our own; made once."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / "key"
    with _alone(cache):
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
    return path.read_bytes()


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
