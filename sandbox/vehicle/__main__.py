"""`python -m sandbox.vehicle`: one simulated car, told by JSON lines on standard input, telling on standard output."""

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.client.errors import ClientError
from sandbox.client.head_unit import HeadUnit
from sandbox.client.identity import Facts
from sandbox.vehicle import drive as drives
from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.apps import Apps
from sandbox.vehicle.car import Car
from sandbox.vehicle.clock import Clock
from sandbox.vehicle.control import tell
from sandbox.vehicle.dash.server import DashServer
from sandbox.vehicle.dash.view import Screen, document
from sandbox.vehicle.drive import Drive
from sandbox.vehicle.errors import VehicleError
from sandbox.vehicle.journey import Journey
from sandbox.vehicle.life import live
from sandbox.vehicle.link import Link
from sandbox.vehicle.outbox import Outbox
from sandbox.vehicle.profiles import PROFILES, profile_of
from sandbox.vehicle.sign_in import SignIn
from sandbox.vehicle.starting import starter
from sandbox.wire.errors import WireError
from sandbox.wire.vin import check


def main(argv: list[str] | None = None) -> int:
    """Run one car until it is told to quit; answers the exit status."""
    arguments = _arguments(argv)
    try:
        asyncio.run(_run(arguments))
    except (VehicleError, ClientError, OSError) as error:
        resolution = getattr(error, "resolution", "")
        tell("failed", text=str(error), resolution=resolution)
        sys.stderr.write(f"{error}\n{resolution}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.vehicle", description=__doc__)
    parser.add_argument("--platform", required=True, help="address of the platform")
    parser.add_argument("--home", required=True, type=Path, help="folder for the car's own store")
    parser.add_argument("--roots", required=True, type=Path, help="folder with the first root metadata")
    parser.add_argument("--cache", type=Path, help="folder for compiled apps, shared between cars")
    parser.add_argument("--serial", required=True, help="serial number of the head unit")
    parser.add_argument("--vin", required=True, type=_vin, help="the car's identification number")
    parser.add_argument("--profile", default="compact", choices=sorted(PROFILES))
    parser.add_argument("--area", default="DK1", help="price area of the car's home")
    parser.add_argument("--timezone", default=ZoneInfo("Europe/Copenhagen"), type=_zone, help="of the car's home")
    parser.add_argument("--drive", default="simulated", help="a recorded drive, or `simulated`")
    parser.add_argument("--dash-port", default=0, type=int, help="port of the head unit's page; 0 takes a free one")
    parser.add_argument("--speed", default=900.0, type=float, help="simulated seconds to a second while driving")
    parser.add_argument("--night-speed", type=float, help="the same on the cable; as while driving if not given")
    parser.add_argument("--starts-at", required=True, type=_moment, help="when the drive begins, in the past")
    return parser.parse_args(argv)


def _vin(text: str) -> str:
    try:
        return check(text)
    except WireError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"there is no time zone {text!r}") from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment > datetime.now(UTC):
        raise argparse.ArgumentTypeError("give a moment in the past, with its time zone")
    return moment.astimezone(UTC)


async def _run(arguments: argparse.Namespace) -> None:
    drive = drives.load(arguments.drive)
    facts = _facts(arguments, source=drive.source)
    unit = HeadUnit(arguments.home, facts=facts, platform=arguments.platform, roots=arguments.roots)
    async with AsyncExitStack() as stack:
        stack.callback(unit.close)
        aboard, port = await _assemble(arguments, drive, unit, stack)
        tell("record", **unit.enrolment_record())
        tell("dash", url=f"http://127.0.0.1:{port}/", repaired_dates=drive.repaired)
        night_speed = arguments.night_speed or arguments.speed
        await live(aboard, unit, Journey(aboard, drive, speed=arguments.speed, night_speed=night_speed))


async def _assemble(
    arguments: argparse.Namespace, drive: Drive, unit: HeadUnit, stack: AsyncExitStack
) -> tuple[Aboard, int]:
    """Put the car together; answers it and the port of its screen."""
    car = Car(profile_of(arguments.profile), percent=Decimal(str(drive.rows[0].percent)))
    screen = Screen(drive.source, arguments.starts_at.astimezone(arguments.timezone))
    dash = DashServer(document=lambda: document(car, screen), switch=screen.turn)
    port = await dash.start(arguments.dash_port)
    stack.push_async_callback(dash.close)
    link = await stack.enter_async_context(Link(arguments.platform, sign_in=SignIn(unit)))
    outbox = Outbox(arguments.home / "outbox.sqlite3")
    stack.callback(outbox.close)
    apps = Apps(starter(arguments.cache or arguments.home / "cache"))
    stack.callback(apps.close)
    aboard = Aboard(
        car=car,
        clock=Clock(arguments.starts_at, arguments.speed),
        screen=screen,
        apps=apps,
        link=link,
        outbox=outbox,
        zone=arguments.timezone,
        tell=tell,
        drawn=dash.changed,
    )
    return aboard, port


def _facts(arguments: argparse.Namespace, *, source: str) -> Facts:
    profile = profile_of(arguments.profile)
    return Facts(
        vin=arguments.vin,
        make=profile.make,
        model=profile.model,
        year=profile.year,
        head_unit_serial=arguments.serial,
        hardware_id=profile.hardware_id,
        price_area=arguments.area,
        data_source=source,
    )


if __name__ == "__main__":
    raise SystemExit(main())
