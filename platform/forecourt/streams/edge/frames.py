"""What a car sends: frames of data points, and the cards its apps show."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from forecourt.streams.edge.exchange import Exchange, bearer
from forecourt.streams.edge.state import Edge
from forecourt.streams.errors import BadRequestError, BodyTooLargeError
from forecourt.vehicles import sessions
from sandbox.wire import cards, catalog, frames
from sandbox.wire.errors import FrameTooLargeError

CARD_BYTES: Final = 64 << 10


class CardRequest(msgspec.Struct):
    """An app and the card it shows now; none takes the card away."""

    app: str
    card: dict[str, Any] | None


def vehicle_of(exchange: Exchange) -> str:
    """The public id of the car that asks.

    Raises:
        SessionInvalidError: no session token, or one that is too old.
    """
    return sessions.read(bearer(exchange.scope))


async def post_frame(edge: Edge, exchange: Exchange) -> None:
    """`POST /vehicle/v1/frames`: keep a whole frame or nothing of it, and acknowledge its sequence number."""
    vehicle = vehicle_of(exchange)
    try:
        frame = frames.decode(await exchange.body(frames.MAX_BYTES))
    except BodyTooLargeError as error:
        raise FrameTooLargeError(str(error)) from error
    now = datetime.now(UTC)
    frames.check(frame, catalog=catalog.DEFAULT, now=now)
    is_new = await edge.store.append(vehicle, frame, now=now)
    await exchange.answer({"ack": frame.seq} if is_new else {"ack": frame.seq, "repeated": True})


async def post_card(edge: Edge, exchange: Exchange) -> None:
    """`POST /vehicle/v1/cards`: show an app's card on the driver's pages while the app has a live grant."""
    vehicle = vehicle_of(exchange)
    try:
        request = msgspec.json.decode(await exchange.body(CARD_BYTES), type=CardRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequestError(f"The card's message is refused: {error}") from error
    card = None if request.card is None else cards.from_dict(request.card).to_dict()
    shown = card is not None and await _has_live_grant(edge, vehicle, request.app)
    await edge.store.show(vehicle, request.app, card if shown else None)
    await exchange.answer({"shown": shown})


async def _has_live_grant(edge: Edge, vehicle: str, app: str) -> bool:
    now = datetime.now(UTC).timestamp()
    for grant_id in await edge.store.grant_ids(vehicle):
        grant = await edge.grants.once(vehicle, grant_id)
        if grant is not None and grant.published.app == app and grant.is_live(now):
            return True
    return False
