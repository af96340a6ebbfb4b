"""The car as the sample app sees it, in plain Python: what the tool chain generates for a component, in memory."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

APP = "sandbox.samples.smart_charging.app"


class CallError(Exception):
    """The error case of a call, which the bindings name Err."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


@dataclass
class Car:
    """Signals in; cards and log lines out. What is not among the signals is not granted."""

    signals: dict[str, Any] = field(default_factory=dict)
    cards: list[dict[str, Any]] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    refuses_cards: bool = False

    def get_number(self, path: str) -> float:
        return float(self._get(path))

    def get_json(self, path: str) -> str:
        return json.dumps(self._get(path))

    def show(self, card_json: str) -> None:
        if self.refuses_cards:
            raise CallError("quota")
        self.cards.append(json.loads(card_json))

    def write(self, _level: int, message: str) -> None:
        self.logs.append(message)

    def _get(self, path: str) -> Any:
        if path not in self.signals:
            raise CallError("denied")
        return self.signals[path]


@contextmanager
def imports_of(car: Car) -> Iterator[None]:
    """Let a module import what the tool chain would generate, and forget it afterwards."""
    imports, types = ModuleType("wit_world.imports"), ModuleType("componentize_py_types")
    imports.__dict__.update(signals=car, ui=car, log=car)
    types.__dict__.update(Err=CallError)
    before = dict(sys.modules)
    sys.modules |= {"wit_world": ModuleType("wit_world"), imports.__name__: imports, types.__name__: types}
    sys.modules.pop(APP, None)
    try:
        yield
    finally:
        for name in sys.modules.keys() - before.keys():
            if name.startswith(("wit_world", "componentize_py_types")) or name == APP:
                del sys.modules[name]
