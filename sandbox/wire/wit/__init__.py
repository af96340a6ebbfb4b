"""The contract between a car and an app's component, and the part of it that one app may use."""

from collections.abc import Iterable
from importlib import resources
from typing import Final, Protocol

PACKAGE: Final = "vehicle:app"
VERSION: Final = "1.0.0"
WORLD: Final = "this-app"
CONTRACT: Final = resources.files(__name__).joinpath("vehicle.wit").read_text(encoding="utf-8")
BY_ACTION: Final = {"read": "signals", "subscribe": "signals", "actuate": "actuators"}


class Asked(Protocol):
    """One permission of a manifest."""

    @property
    def action(self) -> str:
        """What the app wants to do with the signals it names."""


def interfaces(permissions: Iterable[Asked], *, surfaces: Iterable[str]) -> tuple[str, ...]:
    """The interfaces that the permissions stand for, in the contract's order; `log` is free."""
    wanted = {BY_ACTION[asked.action] for asked in permissions if asked.action in BY_ACTION}
    wanted |= {"ui"} if tuple(surfaces) else set()
    return (*(name for name in ("signals", "actuators", "ui") if name in wanted), "log")


def import_name(interface: str) -> str:
    """The name under which a component imports an interface."""
    return f"{PACKAGE}/{interface}@{VERSION}"


def narrow_world(names: Iterable[str]) -> str:
    """The contract with one more world that has only these interfaces."""
    lines = [f"  import {name};" for name in names]
    body = "\n".join([*lines, "  export handle: func(event-json: string) -> result<_, string>;"])
    return f"{CONTRACT}\n/// Exactly what this app's manifest asks for.\nworld {WORLD} {{\n{body}\n}}\n"
