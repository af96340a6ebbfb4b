"""`GET /live/<ticket>`: what the driver's own pages show of one car, as it happens."""

import asyncio
from typing import Any, Final

from forecourt.consent import published
from forecourt.streams import keys, tickets
from forecourt.streams.edge.exchange import Exchange
from forecourt.streams.edge.hub import Mail, Mailbox
from forecourt.streams.edge.state import Edge

HEARTBEAT_SECONDS: Final = 15.0
PAUSE_SECONDS: Final = 0.1  # signals that come faster are sent together


async def get_live(edge: Edge, exchange: Exchange, ticket: str) -> None:
    """Send the cards and latest values first, then `card`, `signal`, `consent`, `command` and `stopped` events."""
    vehicle = tickets.read(ticket).public_id
    mailbox = Mailbox()
    try:
        for channel in (keys.live(vehicle), keys.data(vehicle), published.CHANNEL):
            await edge.hub.join(mailbox, channel)
        points, cards = await edge.store.everything(vehicle)
        await exchange.start_events()
        await exchange.event("signal", {"values": points})
        for app, card in cards.items():
            await exchange.event("card", {"app": app, "card": card})
        await exchange.while_connected(_follow(exchange, mailbox, vehicle))
    finally:
        await edge.hub.leave(mailbox)


async def _follow(exchange: Exchange, mailbox: Mailbox, vehicle: str) -> None:
    while True:
        try:
            mail = await asyncio.wait_for(mailbox.take(), HEARTBEAT_SECONDS)
        except TimeoutError:
            await exchange.event("heartbeat", {})
            continue
        for name, data in _events(mail, vehicle):
            await exchange.event(name, data)
        await asyncio.sleep(PAUSE_SECONDS)


def _events(mail: list[Mail], vehicle: str) -> list[tuple[str, Any]]:
    """The events that this mail means for the page; all signals in one."""
    values: dict[str, Any] = {}
    events: list[tuple[str, Any]] = []
    for channel, payload in mail:
        if channel == keys.data(vehicle):
            values |= _values(payload)
        elif channel == published.CHANNEL:
            if payload.get("vehicle") == vehicle:
                events.append(("consent", payload))
        elif channel:
            events.append((payload.get("type", "message"), payload))
    return [("signal", {"values": values}), *events] if values else events


def _values(payload: dict[str, Any]) -> dict[str, Any]:
    shared = {"received_at": payload["received_at"], "source": payload["source"]}
    return {point["path"]: {"value": point["value"], "ts": point["ts"]} | shared for point in payload["points"]}
