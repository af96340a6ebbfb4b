"""What the car is told on standard input and what it tells on standard output: one JSON object a line."""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

import msgspec

from sandbox.vehicle.errors import ControlError

Tell = Callable[..., None]


class Pair(msgspec.Struct, frozen=True, tag_field="do", tag="pair", forbid_unknown_fields=True):
    """Show a pairing code until somebody has typed it."""


class Drive(msgspec.Struct, frozen=True, tag_field="do", tag="drive", forbid_unknown_fields=True):
    """Replay the drive, at another speed if one is given."""

    speed: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None


class PlugIn(msgspec.Struct, frozen=True, tag_field="do", tag="plug-in", forbid_unknown_fields=True):
    """Connect the cable for some hours: at a given moment, else at 18:00 or now if that has passed."""

    hours: Annotated[float, msgspec.Meta(gt=0, le=72)] = 14.0
    at: datetime | None = None
    speed: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None


class Quit(msgspec.Struct, frozen=True, tag_field="do", tag="quit", forbid_unknown_fields=True):
    """Switch the car off."""


Order = Pair | Drive | PlugIn | Quit
_DECODER: Final = msgspec.json.Decoder(Order)


def order(line: str | bytes) -> Order:
    """Read one order.

    Raises:
        ControlError: it is none.
    """
    try:
        found: Order = _DECODER.decode(line)
    except msgspec.DecodeError as error:
        raise ControlError(f"The order is refused: {error}") from error
    if isinstance(found, PlugIn) and found.at is not None and found.at.tzinfo is None:
        raise ControlError("The order is refused: `at` has no time zone")
    return found


def tell(event: str, **facts: object) -> None:
    """Report one event on standard output; Decimals become text, times RFC 3339."""
    sys.stdout.buffer.write(msgspec.json.encode({"event": event, **facts}) + b"\n")
    sys.stdout.buffer.flush()
