"""Starts an installed app in its confined child; cars that share a cache compile each app once."""

from pathlib import Path

from sandbox.client.store import InstalledApp
from sandbox.runtime.appprocess import AppProcess, Budget, granted_of
from sandbox.runtime.codecache import CodeCache
from sandbox.vehicle.apps import Starter
from sandbox.wire import manifest
from sandbox.wire.scopes import Scope


def starter(folder: Path) -> Starter:
    """Starts apps whose compiled code is kept in that folder."""
    cache = CodeCache.at(folder)

    def start(app: InstalledApp) -> AppProcess:
        asked = manifest.parse(app.manifest.read_bytes())
        granted = granted_of(Scope.parse(scope) for scope in app.granted)
        return AppProcess(
            app.component.read_bytes(),
            granted=granted & granted_of(asked.scopes),  # the director alone cannot give more than people approved
            limits=Budget(memory=asked.limits.memory_mib << 20, fuel=asked.limits.fuel_per_event),
            cache=cache,
        )

    return start
