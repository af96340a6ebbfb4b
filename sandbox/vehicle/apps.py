"""The apps in the car: each runs in its own child process and sees what its driver granted, nothing else."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.client.store import InstalledApp
from sandbox.runtime.appprocess import TickAnswer
from sandbox.wire import canonical
from sandbox.wire.cards import Card, CardError, parse
from sandbox.wire.errors import CanonicalError


class Process(Protocol):
    """A running app; every call may block."""

    def start(self) -> None:
        """Start the child."""
        ...

    def tick(self, signals: Mapping[str, object], event: Mapping[str, object]) -> TickAnswer:
        """Give the app an event and the signals of this moment."""
        ...

    def close(self) -> None:
        """End the child."""
        ...


Starter = Callable[[InstalledApp], Process]


@dataclass(slots=True)
class Outcome:
    """What all apps did in one tick."""

    cards: dict[str, Card] = field(default_factory=dict)
    actuations: list[tuple[str, str, Any]] = field(default_factory=list)  #: app, path, value
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Apps:
    """Keeps one child per installed app; one that fails is stopped until it is installed anew."""

    starter: Starter
    installed: dict[str, InstalledApp] = field(default_factory=dict)
    running: dict[str, Process] = field(default_factory=dict)

    def follow(self, wanted: Mapping[str, InstalledApp]) -> dict[str, str]:
        """Stop what is gone or changed and start what is new, by slug; answers what would not start."""
        errors = dict[str, str]()
        for slug in [slug for slug, app in self.installed.items() if wanted.get(slug) != app]:
            self.stop(slug)
        for slug in wanted.keys() - self.installed.keys():
            self.installed[slug] = wanted[slug]
            try:
                process = self.starter(wanted[slug])
                process.start()
            except Exception as error:  # noqa: BLE001 - one app's failure is not the car's
                errors[slug] = str(error) or type(error).__name__
            else:
                self.running[slug] = process
        return errors

    def tick(self, signals: Mapping[str, object], event: Mapping[str, object]) -> Outcome:
        """Let every app see this moment."""
        outcome = Outcome()
        for slug in list(self.running):
            try:
                answer = self.running[slug].tick(signals, event)
            except Exception as error:  # noqa: BLE001 - one app's failure is not the car's
                outcome.errors[slug] = str(error) or type(error).__name__
                self._end(slug)
            else:
                self._take(slug, answer, outcome)
        return outcome

    def stop(self, slug: str) -> None:
        """Forget an app."""
        self.installed.pop(slug, None)
        self._end(slug)

    def close(self) -> None:
        """Stop all."""
        for slug in list(self.installed):
            self.stop(slug)

    def _take(self, slug: str, answer: TickAnswer, outcome: Outcome) -> None:
        if answer.error:
            outcome.errors[slug] = answer.error
        if answer.cards:
            try:
                outcome.cards[slug] = parse(answer.cards[-1])
            except CardError as error:
                outcome.errors[slug] = str(error)
        try:
            outcome.actuations += [(slug, path, canonical.loads(value)) for path, value in answer.actuations]
        except CanonicalError as error:
            outcome.errors[slug] = str(error)

    def _end(self, slug: str) -> None:
        process = self.running.pop(slug, None)
        if process:
            with suppress(Exception):
                process.close()
