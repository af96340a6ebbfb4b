"""Twins of the head unit's client and of an app in the car: same ports, no cryptography, no WebAssembly."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from typing_extensions import override

from sandbox.client.errors import PlatformRefusedError, PlatformUnavailableError
from sandbox.client.head_unit import HeadUnit, Poll, UpdateResult
from sandbox.client.store import InstalledApp
from sandbox.runtime.messages import TickAnswer

CARD = {"title": "Smart charging", "rows": [{"label": "Battery", "value": "50 %"}]}


def installed_app(folder: Path, **changes: Any) -> InstalledApp:
    """An installed app whose manifest says only its name."""
    (folder / "manifest.json").write_text(json.dumps({"name": "Smart Charging"}), encoding="utf-8")
    fields: dict[str, Any] = {
        "app": "smart-charging",
        "version": "1.0.0",
        "counter": 1,
        "path": "smart-charging-1.0.0-r1.zip",
        "length": 1,
        "sha256": "0" * 64,
        "publisher_key": "0" * 64,
        "granted": ("subscribe:Vehicle.Speed",),
        "folder": str(folder),
    }
    return InstalledApp(**{**fields, **changes})


class FakeUnit(HeadUnit):
    """Answers updates from a list; an error in it is raised."""

    def __init__(self, *answers: UpdateResult | Exception) -> None:
        self.answers = list(answers)
        self.apps: dict[str, InstalledApp] = {}
        self.sign_ins: list[Exception] = []

    @override
    def sign_in(self) -> str:
        if self.sign_ins:
            raise self.sign_ins.pop(0)
        return "veh1"

    @property
    @override
    def installed(self) -> Mapping[str, InstalledApp]:
        return self.apps

    @override
    def update(self, now: datetime) -> UpdateResult:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def update(*collect: str, feeds: tuple[str, ...] = (), **changes: Any) -> UpdateResult:
    """An update that allows these signals."""
    return UpdateResult(poll=Poll(director=1, next_poll_s=30, collect=collect, feeds=feeds), **changes)


NOT_ENROLLED = PlatformRefusedError(401, "This car is not enrolled.")
NOBODY = PlatformUnavailableError()


class FakeApp:
    """An app that answers each tick as it is told to."""

    def __init__(self) -> None:
        self.answer: TickAnswer | Exception = TickAnswer()
        self.seen: list[tuple[dict[str, object], dict[str, object]]] = []
        self.running = False
        self.fails_to_start = False

    def start(self) -> None:
        if self.fails_to_start:
            raise OSError("no such thing")
        self.running = True

    def tick(self, signals: Mapping[str, object], event: Mapping[str, object]) -> TickAnswer:
        self.seen.append((dict(signals), dict(event)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.running = False
