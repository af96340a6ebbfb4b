"""What the chapters of the story share."""

import dataclasses
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from forecourt.config.demo import people
from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.evening import Evening
from forecourt.config.demo.lines import Conversation
from forecourt.config.demo.people import Login, Person
from forecourt.config.demo.site import Site

AREA: Final = "DK1"
APP: Final = "smart-charging"


@dataclass(frozen=True)
class Options:
    """How to play: ports, speed-up of the cars' clocks, and recordings if there are any."""

    port: int
    cars: int
    speed: float
    night_speed: float
    drive: Path | None = None
    prices: Path | None = None

    @property
    def dash_ports(self) -> list[int]:
        """Where the head units show their screens."""
        return [self.port + 101 + number for number in range(self.cars)]

    @property
    def cloud_port(self) -> int:
        """Where the app's own cloud listens."""
        return self.port + 201


@dataclass
class Result:
    """What the demo ends with; every figure is what the parties themselves reported."""

    vehicles: int = 0
    installed: int = 0
    frames: int = 0
    data_points: int = 0
    delivered_to_app: int = 0
    denied: int = 0
    commands_verified: int = 0
    energy_kwh: float = 0.0
    cost_plugged_in_eur: float = 0.0
    cost_smart_eur: float = 0.0
    revoked_in_ms: float = 0.0
    drive_source: str = ""
    price_source: str = ""
    findings: int = 0
    surfaces: list[str] = field(default_factory=list)
    peak_rss_mib: int = 0
    seconds: float = 0.0

    def missing(self) -> list[str]:
        """The steps that did not happen, in words; empty if the story is complete."""
        checks = {
            "every car has the app installed": 0 < self.vehicles == self.installed,
            "the app received data": self.delivered_to_app > 0 and self.data_points > 0,
            "a signal that was not granted was refused": self.denied > 0,
            "charging was started and stopped by verified commands": self.commands_verified >= 2,
            "smart charging cost less than charging at once": self.cost_smart_eur < self.cost_plugged_in_eur,
            "the card was on dash, phone and desk": set(self.surfaces) == {"dash", "phone", "desk"},
            "the stream ended within a second of revoking": 0 < self.revoked_in_ms < 1000,
        }
        return [words for words, happened in checks.items() if not happened]

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON values."""
        return dataclasses.asdict(self)


@dataclass
class Stage:
    """The site, the people, the cars and the app, while the story plays."""

    site: Site
    options: Options
    evening: Evening
    result: Result = field(default_factory=Result)
    cars: list[Conversation] = field(default_factory=list)
    vehicles: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    browser: Callable[[str, Login], Person] = Person
    _people: dict[str, Person] = field(default_factory=dict)

    def person(self, login: Login) -> Person:
        """The person with this login, with the browser they had before."""
        if login.email not in self._people:
            self._people[login.email] = self.browser(self.site.url, login)
        return self._people[login.email]

    @property
    def driver(self) -> Person:
        """Who drives the cars."""
        return self.person(people.DRIVER)

    @property
    def work(self) -> Path:
        """The folder for what the parties keep for themselves."""
        folder = self.site.local / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def talk(self, name: str, argv: list[str], **environment: str) -> Conversation:
        """Start a child that speaks in JSON lines."""
        processes = self.site.processes
        return Conversation(name, processes.start(name, argv, talk=True, extra=environment), processes.check)

    def until(self, happened: Callable[[], bool], words: str, *, seconds: float) -> None:
        """Wait until something happened.

        Raises:
            StoryError: it did not, within the time.
        """
        deadline = time.monotonic() + seconds
        while not happened():
            self.site.processes.check()
            if time.monotonic() > deadline:
                raise StoryError(f"{words} did not happen within {seconds:.0f} s.")
            time.sleep(0.1)


def from_environment(name: str) -> Path | None:
    """A recording named by DRIVE or PRICES, if there is one."""
    value = os.environ.get(name, "")
    return Path(value).resolve() if value else None
