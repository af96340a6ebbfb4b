"""`python -m forecourt.config.demo`: what `make demo` runs."""

import argparse
import json
import signal
import sys
import time
from datetime import UTC, datetime
from types import FrameType

from rich.console import Console
from rich.table import Table

from forecourt.config import embedded
from forecourt.config.demo import people, places, processes, site, stage, story
from forecourt.config.demo.errors import DemoError
from forecourt.config.demo.evening import choose
from forecourt.config.demo.lock import only_one
from sandbox.vehicle import drive
from sandbox.vehicle.errors import VehicleError


def main() -> int:
    """Play the demo; answers the exit status."""
    arguments = _arguments()
    console = Console(stderr=arguments.json, highlight=False)
    for name in (signal.SIGINT, signal.SIGTERM):  # a shell that starts it in the background ignores the first
        signal.signal(name, _interrupt)
    try:
        return _run(arguments, console)
    except (DemoError, VehicleError, embedded.NoPortError, embedded.NoSpaceError) as error:
        console.print(f"[red]✗[/] {error}", markup=True, soft_wrap=True)
        console.print(f"  {getattr(error, 'resolution', '')}", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130


def _run(arguments: argparse.Namespace, console: Console) -> int:
    began = time.monotonic()
    local = places.local()
    options = stage.Options(
        port=arguments.port,
        cars=arguments.cars,
        speed=arguments.speed,
        night_speed=arguments.night_speed,
        drive=stage.from_environment("DRIVE"),
        prices=stage.from_environment("PRICES"),
    )
    if options.drive:
        drive.recorded(options.drive)
    evening = choose(options.prices, area=stage.AREA, now=datetime.now(UTC))
    embedded.check_space(local)
    with only_one(local, url=f"http://127.0.0.1:{options.port}"):
        processes.check_ports([options.port, *options.dash_ports, options.cloud_port])
        running = site.start(local=local, port=options.port, cache=places.cache())
        try:
            result = story.play(stage.Stage(site=running, options=options, evening=evening), console)
            result.seconds = round(time.monotonic() - began, 1)
            _show(result, console)
            if not arguments.once:
                _stay(running, options, console)
        finally:
            running.stop()
    if arguments.json:
        sys.stdout.write(json.dumps(result.to_dict()) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop everything after the story")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--port", type=int, default=8000, help="the site's port; others follow from it")
    parser.add_argument("--cars", type=int, default=2, choices=(1, 2), help="how many cars play")
    parser.add_argument("--speed", type=float, default=900.0, help="how much faster the clock runs while driving")
    parser.add_argument("--night-speed", type=float, default=2400.0, help="how much faster it runs while parked")
    return parser.parse_args()


def _show(result: stage.Result, console: Console) -> None:
    table = Table("what", "figure", title="Charged when electricity was cheapest")
    for name, value in result.to_dict().items():
        table.add_row(name.replace("_", " "), str(value))
    console.print(table)


def _stay(running: site.Site, options: stage.Options, console: Console) -> None:
    """Leave the site running until Ctrl-C, or until a process dies."""
    console.print(f"\nThe site runs at [bold]{running.url}[/]; Ctrl-C stops everything.")
    for port in options.dash_ports:
        console.print(f"A head unit is at [bold]http://127.0.0.1:{port}[/]")
    for login in people.EVERYBODY:
        console.print(f"  {login.role:28} {login.email:26} {people.PASSWORD}")
    while True:
        running.processes.check()
        time.sleep(0.5)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
