"""`GET /vehicle/v1/events`: nudges for the car. A nudge says only that it pays to poll."""

import asyncio
from typing import Final

from forecourt.streams import keys
from forecourt.streams.edge.exchange import Exchange
from forecourt.streams.edge.frames import vehicle_of
from forecourt.streams.edge.hub import Mailbox
from forecourt.streams.edge.state import Edge

HEARTBEAT_SECONDS: Final = 15.0


async def get_events(edge: Edge, exchange: Exchange) -> None:
    """Send `wake` at once, at each nudge and after each gap, and `heartbeat` in between."""
    vehicle = vehicle_of(exchange)
    mailbox = Mailbox()
    try:
        await edge.hub.join(mailbox, keys.wake(vehicle))
        await exchange.start_events()
        await exchange.event("wake", {"reason": "connected"})
        await exchange.while_connected(_nudge(exchange, mailbox))
    finally:
        await edge.hub.leave(mailbox)


async def _nudge(exchange: Exchange, mailbox: Mailbox) -> None:
    while True:
        try:
            mail = await asyncio.wait_for(mailbox.take(), HEARTBEAT_SECONDS)
        except TimeoutError:
            await exchange.event("heartbeat", {})
            continue
        for one in mail:
            await exchange.event("wake", one.payload or {"reason": "missed"})
