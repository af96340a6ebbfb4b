"""The reference head unit: asks what it should have, verifies it twice, installs it, and signs what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from sandbox.client import patience, trusted
from sandbox.client.errors import ClientError, PlatformUnavailableError, RefusedError
from sandbox.client.identity import Facts, Identity
from sandbox.client.installer import Installer
from sandbox.client.store import InstalledApp, Store
from sandbox.client.transport import Platform
from sandbox.client.trusted import Order
from sandbox.client.updater import ImageRepository, Repositories
from sandbox.wire import reports, times

WHOLE_SET = "*"  # stands for the path when the set itself is refused


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform says when the car looks in."""

    director: int
    next_poll_s: int
    collect: tuple[str, ...]
    feeds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateResult:
    """What one look at the platform led to; apps by slug, refusals as (path, reason).

    `unreported` says why the report did not get through; it stays owed until the next look.
    """

    poll: Poll
    installed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    unreported: str = ""


class HeadUnit:
    """The only part of a car that installs anything."""

    def __init__(
        self, home: Path, *, facts: Facts, platform: str, roots: Path, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.identity = Identity.at(home / "identity", facts)
        self.platform = Platform(platform, identity=self.identity, transport=transport)
        self._repositories = Repositories(home, roots=roots, platform=self.platform)
        self._installer = Installer(home / "apps")
        self._store = Store(home / "memory.json")
        self._forget_lost()

    def enrolment_record(self) -> dict[str, Any]:
        """The factory record that the carmaker enrols."""
        return self.identity.factory_record()

    def sign_in(self) -> str:
        """Sign in; answers the car's public id."""
        return self.platform.sign_in()

    @property
    def installed(self) -> Mapping[str, InstalledApp]:
        """The installed apps by slug."""
        return self._store.memory.apps

    def update(self, now: datetime) -> UpdateResult:
        """Look in, follow a new set if there is one, and report what changed.

        Raises:
            PlatformUnavailableError: nobody answered; everything stays as it is.
            PlatformRefusedError: the platform does not know this car.
        """
        poll = self._poll()
        result = UpdateResult(poll=poll)
        if self._is_due(poll, now):
            result = self._follow(poll)
            self._remember(result, now)
        if self._store.memory.owes_report:
            try:
                self.report(now)
            except ClientError as error:
                return replace(result, unreported=str(error))
        return result

    def report(self, now: datetime) -> reports.Report:
        """Sign and send what is installed; the counter is on the disk before the report is on its way."""
        memory = self._store.memory
        memory.report_counter += 1
        self._store.save()
        report = reports.Report(
            vehicle=self.platform.vehicle or self.sign_in(),
            serial=self.identity.facts.head_unit_serial,
            counter=memory.report_counter,
            time=times.render(now),
            director=memory.director,
            installed=tuple(_line(app) for app in memory.apps.values()),
            refused=tuple(reports.Refusal(path=path, reason=reason) for path, reason in memory.refused),
        )
        self.platform.request("POST", "/vehicle/v1/report", json=reports.sign(report, self.identity.key))
        memory.owes_report = False
        self._store.save()
        return report

    def close(self) -> None:
        """Close the connections."""
        self.platform.close()

    def _poll(self) -> Poll:
        have = {"director": self._store.memory.director}
        answer = self.platform.request("POST", "/vehicle/v1/poll", json={"have": have})
        try:
            return msgspec.convert(answer, Poll)
        except msgspec.ValidationError as error:
            raise PlatformUnavailableError(f"The answer to the poll cannot be read: {error}") from error

    def _is_due(self, poll: Poll, now: datetime) -> bool:
        """Whether to follow the set: it is new, what is known of it is too old, or a refused one gets another try."""
        memory, at = self._store.memory, times.render(now)
        if poll.director == memory.refused_set:
            return at >= memory.retry_at
        return poll.director != memory.director or at >= memory.fresh_until

    def _follow(self, poll: Poll) -> UpdateResult:
        """Bring the car to the director's set, as far as it verifies."""
        try:
            targets, timestamp = self._repositories.director_set(self.platform.vehicle or self.sign_in())
            orders = trusted.orders(targets, vehicle=self.platform.vehicle)
        except RefusedError as error:
            return UpdateResult(poll=poll, refused=((WHOLE_SET, _reason(error)),))
        removed = self._remove_all_but({order.facts.app for order in orders})
        installed, refused = self._fulfil([order for order in orders if not self._has(order)])
        if not refused:
            memory = self._store.memory
            memory.director, memory.fresh_until = targets.version, times.render(timestamp.expires)
        return UpdateResult(poll=poll, installed=tuple(installed), removed=removed, refused=tuple(refused))

    def _has(self, order: Order) -> bool:
        """Whether this very release is installed; what the driver granted is brought up to date then."""
        apps = self._store.memory.apps
        app = apps.get(order.facts.app)
        if app is None or (app.path, app.sha256) != (order.path, order.sha256):
            return False
        apps[app.app] = msgspec.structs.replace(app, granted=order.granted)
        return True

    def _fulfil(self, orders: Sequence[Order]) -> tuple[list[str], list[tuple[str, str]]]:
        """Install what is new, each order for itself; answers what came in and what was refused."""
        installed: list[str] = []
        refused: list[tuple[str, str]] = []
        image: ImageRepository | None = None
        for order in orders:
            try:
                image = image or self._repositories.image()
                installed.append(self._install(order, image))
            except RefusedError as error:
                refused.append((order.path, _reason(error)))
        return installed, refused

    def _install(self, order: Order, image: ImageRepository) -> str:
        memory = self._store.memory
        floor = memory.floors.get(order.facts.app, 0)
        hardware_id = self.identity.facts.hardware_id
        trusted.check_order(order, image.find(order.path), hardware_id=hardware_id, floor=floor)
        content = image.download(order.target)
        app = self._installer.install(order, content, before=memory.apps.get(order.facts.app))
        memory.apps[app.app], memory.floors[app.app] = app, app.counter
        memory.owes_report = True
        self._store.save()
        return app.app

    def _forget_lost(self) -> None:
        """What is remembered but not on the disk any more is not installed, and is fetched anew."""
        memory = self._store.memory
        there = {slug: app for slug, app in memory.apps.items() if app.component.exists() and app.manifest.exists()}
        if there != memory.apps:
            memory.apps, memory.director, memory.owes_report = there, 0, True

    def _remove_all_but(self, wanted: set[str]) -> tuple[str, ...]:
        memory = self._store.memory
        removed = tuple(sorted(set(memory.apps) - wanted))
        memory.apps = {slug: app for slug, app in memory.apps.items() if slug in wanted}
        return removed

    def _remember(self, result: UpdateResult, now: datetime) -> None:
        memory, director = self._store.memory, result.poll.director
        if result.refused:
            memory.refusals = memory.refusals + 1 if memory.refused_set == director else 1
            memory.refused_set, memory.retry_at = director, times.render(now + patience.pause(memory.refusals))
        else:
            memory.refused_set = memory.refusals = 0
        memory.owes_report |= bool(result.installed or result.removed) or result.refused != memory.refused
        memory.refused = result.refused
        self._store.save()
        self._installer.clean(memory.apps)


def _line(app: InstalledApp) -> reports.InstalledRelease:
    return reports.InstalledRelease(
        app=app.app, version=app.version, path=app.path, length=app.length, sha256=app.sha256, counter=app.counter
    )


def _reason(error: RefusedError) -> str:
    return f"{type(error).__name__.removesuffix('Error')}: {error}"[: reports.MAX_REASON]
