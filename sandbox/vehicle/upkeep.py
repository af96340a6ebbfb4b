"""What the car does for itself all the time: sign in, listen, fetch and install, carry out commands."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from sandbox.client.errors import ClientError, PlatformRefusedError, PlatformUnavailableError
from sandbox.client.head_unit import HeadUnit, UpdateResult
from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.errors import LinkError
from sandbox.vehicle.journey import SIMULATED
from sandbox.wire import times

RETRY: Final = 0.5  # s between attempts to sign in, to pair, or to look in
LONGEST_POLL: Final = 60.0  # s


class Upkeep:
    """Keeps one car in touch with its platform."""

    def __init__(self, aboard: Aboard, unit: HeadUnit) -> None:
        self._aboard, self._unit = aboard, unit
        self._look, self._command = asyncio.Event(), asyncio.Event()
        self.signed_in = asyncio.Event()

    async def sign_in(self) -> None:
        """Wait until the carmaker has enrolled this car and it may sign in."""
        while True:
            with suppress(PlatformUnavailableError, PlatformRefusedError):
                vehicle = await asyncio.to_thread(self._unit.sign_in)
                break
            await asyncio.sleep(RETRY)
        self._aboard.tell("signed-in", vehicle=vehicle)
        await self._ask_pairing()
        await self._adopt_apps()
        self.signed_in.set()

    async def pair(self) -> None:
        """Show a pairing code until somebody has typed it."""
        screen = self._aboard.screen
        screen.pairing_code = await self._aboard.link.pairing_code()
        self._aboard.draw()
        self._aboard.tell("pairing-code", code=screen.pairing_code)
        while not await self._ask_pairing():  # noqa: ASYNC110 - a person types; no event tells
            await asyncio.sleep(RETRY)
        self._aboard.tell("paired", nickname=screen.nickname)
        self._look.set()

    async def listen(self) -> None:
        """Follow the platform's events: each says where to look."""
        async for event in self._aboard.link.events():
            if event.kind == "wake":
                if _reason(event.data) != "command":
                    self._look.set()
                self._command.set()
            self._aboard.draw()

    async def look_in(self) -> None:
        """Look in whenever the platform nudges, and from time to time without."""
        pause = RETRY
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), pause)
            self._look.clear()
            try:
                pause = min(LONGEST_POLL, await self._look_once())
            except ClientError as error:
                self._aboard.tell("update-failed", reason=str(error))
                pause = max(RETRY, min(LONGEST_POLL, pause * 2))

    async def carry_out(self) -> None:
        """Take and carry out commands whenever the platform says that there are some."""
        while True:
            await self._command.wait()
            self._command.clear()
            with suppress(LinkError):
                for command in await self._aboard.link.commands():
                    await self._obey(command)

    async def _look_once(self) -> float:
        result: UpdateResult = await asyncio.to_thread(self._unit.update, datetime.now(UTC))
        aboard = self._aboard
        aboard.sampler.choose(result.poll.collect)
        if result.poll.feeds or not result.poll.collect:
            with suppress(LinkError):
                aboard.prices.take(await aboard.link.feeds() if result.poll.feeds else None)
        names = dict(aboard.screen.names)
        await self._adopt_apps()
        for path, reason in result.refused:
            aboard.tell("refused", path=path, reason=reason)
        if result.unreported:
            aboard.tell("report-failed", reason=result.unreported)
        for app in result.installed:
            aboard.screen.notice = ""
            aboard.tell("installed", app=app, version=self._unit.installed[app].version)
        for app in result.removed:
            await self._forget(app, name=names.get(app, app))
        if result.installed or result.removed:
            aboard.draw()
        return float(result.poll.next_poll_s)

    async def _adopt_apps(self) -> None:
        """Run exactly what is installed."""
        aboard, wanted = self._aboard, dict(self._unit.installed)
        async with aboard.ticking:
            errors = await asyncio.to_thread(aboard.apps.follow, wanted)
        aboard.screen.names = {
            app: _name(await asyncio.to_thread(one.manifest.read_bytes)) for app, one in wanted.items()
        }
        for app, text in errors.items():
            aboard.tell("app-error", app=app, text=text)

    async def _forget(self, app: str, *, name: str) -> None:
        """An app is gone: so are its cards, and if it was what kept the car from charging, the car charges."""
        aboard = self._aboard
        aboard.screen.cards.pop(app, None)
        aboard.unsent_cards.add(app)
        aboard.screen.notice = f"{name} was removed, because its permission has ended."
        aboard.tell("removed", app=app)
        await aboard.send_cards(at_once=True)
        if aboard.car.release():
            aboard.tell("charging", reason=f"{app} is gone", **aboard.facts())

    async def _obey(self, command: dict[str, Any]) -> None:
        aboard, value = self._aboard, command["value"]
        reason = aboard.actuate(command["path"], value)
        at = times.render(aboard.clock.now)
        await aboard.send(aboard.whole(), source=SIMULATED)
        outcome = "failed" if reason else "done"
        await aboard.link.acknowledge(command["id"], outcome=outcome, reason=reason, ts=at)
        aboard.tell("command", id=command["id"], value=value, outcome=outcome, reason=reason, **aboard.facts())
        aboard.draw()

    async def _ask_pairing(self) -> bool:
        with suppress(LinkError):
            answer = await self._aboard.link.pairing()
            screen = self._aboard.screen
            screen.paired, screen.nickname = bool(answer["paired"]), str(answer.get("nickname") or "")
            if screen.paired:
                screen.pairing_code = None
            self._aboard.draw()
        return self._aboard.screen.paired


def _reason(data: str) -> str:
    with suppress(ValueError, TypeError, AttributeError):
        return str(json.loads(data).get("reason"))
    return ""


def _name(manifest: bytes) -> str:
    return str(msgspec.json.decode(manifest)["name"])
