"""What one running app may see and do. Knows nothing of WebAssembly."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from sandbox.runtime.messages import Granted

QUOTAS: Final = {"call": 1000, "show": 5, "log": 50}  # for one event
CARD_LENGTH: Final = 8192
VALUE_LENGTH: Final = 1024
LOG_LENGTH: Final = 500
NAMED_DENIALS: Final = 100


class DeniedError(Exception):
    """One refused call; its text is a case of the contract's error codes."""


@dataclass
class Session:
    """The app's side of the car: latest values in, cards, actuations and log lines out, refusals counted."""

    granted: Granted
    signals: dict[str, object] = field(default_factory=dict)
    cards: list[str] = field(default_factory=list)
    actuations: list[tuple[str, str]] = field(default_factory=list)
    logs: list[tuple[int, str]] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    denied: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    fault: BaseException | None = None  # a mistake of the host, raised once the guest has returned

    def begin(self) -> None:
        """Fill the quotas for one event."""
        self.left = Counter(QUOTAS)

    def read(self, path: str) -> object:
        """The latest value of a granted signal."""
        self._admit(path, self.granted.readable)
        if path not in self.signals:
            raise DeniedError("unavailable")
        return self.signals[path]

    def read_number(self, path: str) -> float:
        """The latest value of a granted signal that is a number."""
        value = self.read(path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DeniedError("invalid")
        return float(value)

    def read_json(self, path: str) -> str:
        """The latest value of a granted signal as JSON."""
        return json.dumps(self.read(path))

    def actuate(self, path: str, value_json: str) -> None:
        """Ask for a granted actuation."""
        self._admit(path, self.granted.actuatable)
        self.actuations.append((path, _json_text(value_json, VALUE_LENGTH)))

    def show(self, card_json: str) -> None:
        """Show a card; whether it is a lawful one is decided where it is drawn."""
        self._spend("show")
        self.cards.append(_json_text(card_json, CARD_LENGTH))

    def log(self, level: int, message: str) -> None:
        """Keep a line for the app's author."""
        self._spend("log")
        self.logs.append((level, message[:LOG_LENGTH]))

    def _admit(self, path: str, granted: frozenset[str]) -> None:
        self._spend("call")
        if path not in granted:
            self.denied[path[:200] if len(self.denied) < NAMED_DENIALS else "others"] += 1
            raise DeniedError("denied")
        self.used[path] += 1

    def _spend(self, quota: str) -> None:
        self.left[quota] -= 1
        if self.left[quota] < 0:
            raise DeniedError("quota")


def _json_text(text: str, limit: int) -> str:
    try:
        json.loads(text if len(text) <= limit else "")
    except (ValueError, RecursionError):
        raise DeniedError("invalid") from None
    return text
