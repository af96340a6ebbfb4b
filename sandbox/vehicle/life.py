"""The life of one car: it keeps house in the background and does what it is told, until it is told to quit."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final

from sandbox.client.head_unit import HeadUnit
from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.control import Drive, Order, Pair, PlugIn, Quit, Tell, order
from sandbox.vehicle.errors import VehicleError
from sandbox.vehicle.journey import IDLE_STEP, Journey
from sandbox.vehicle.upkeep import Upkeep

LONGEST_LINE: Final = 4_096


async def live(aboard: Aboard, unit: HeadUnit, journey: Journey) -> None:
    """Run the car until standard input says quit or ends."""
    orders: asyncio.Queue[Order] = asyncio.Queue()
    upkeep = Upkeep(aboard, unit)
    await _first_to_end(
        read_orders(orders, tell=aboard.tell),
        _keep_house(upkeep),
        _do_as_told(orders, journey=journey, upkeep=upkeep, tell=aboard.tell),
    )


async def _first_to_end(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends; its error, if any, is the car's."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def read_orders(orders: asyncio.Queue[Order], *, tell: Tell) -> None:
    """Queue what standard input says; a line that is no order is answered and changes nothing."""
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    with os.fdopen(os.dup(sys.stdin.fileno()), "rb") as pipe:
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        while line := await reader.readline():
            try:
                wanted = order(line)
            except VehicleError as error:
                tell("refused-order", text=str(error), resolution=error.resolution)
                continue
            if isinstance(wanted, Quit):
                return
            orders.put_nowait(wanted)


async def _keep_house(upkeep: Upkeep) -> None:
    await upkeep.sign_in()
    async with asyncio.TaskGroup() as tasks:
        for part in (upkeep.listen, upkeep.look_in, upkeep.carry_out):
            tasks.create_task(part())


async def _do_as_told(orders: asyncio.Queue[Order], *, journey: Journey, upkeep: Upkeep, tell: Tell) -> None:
    await upkeep.signed_in.wait()
    while True:
        wanted = None
        with suppress(TimeoutError):
            wanted = await asyncio.wait_for(orders.get(), IDLE_STEP)
        try:
            await _carry_out(wanted, journey=journey, upkeep=upkeep)
        except VehicleError as error:
            tell("refused-order", text=str(error), resolution=error.resolution)


async def _carry_out(wanted: Order | None, *, journey: Journey, upkeep: Upkeep) -> None:
    match wanted:
        case Pair():
            await upkeep.pair()
        case Drive():
            await journey.drive(speed=wanted.speed)
        case PlugIn():
            await journey.stay_overnight(wanted)
        case Quit() | None:
            await journey.wait(IDLE_STEP)
