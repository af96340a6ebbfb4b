"""Cards: the declarative screen an app emits; the host renders it on dash, phone and web."""

import itertools
from typing import Annotated, Any, Final, Literal

import msgspec

from sandbox.wire import canonical, plain
from sandbox.wire.errors import CanonicalError, CardError

__all__ = ["Card", "CardError", "Chart", "Row", "for_dash", "from_dict", "parse"]

MAX_BYTES: Final = 16_384
MAX_ROWS: Final = 6
MAX_BARS: Final = 96
#: Characters on the dash while the car moves, all texts together (Design for Driving, visual principles).
MOVING_TEXT: Final = 120

Text40 = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Bar = tuple[Annotated[str, msgspec.Meta(max_length=16)], int | float, bool]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label and its value."""

    label: Text40
    value: Annotated[str, msgspec.Meta(max_length=60)]


class Chart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bars, each with a label, a number and whether it is chosen."""

    kind: Literal["bars"]
    unit: Annotated[str, msgspec.Meta(max_length=16)]
    values: Annotated[tuple[Bar, ...], msgspec.Meta(max_length=MAX_BARS)]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One screen of an app. `actions` stays empty until cards can be pressed."""

    title: Text40
    rows: Annotated[tuple[Row, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    tone: Literal["calm", "good", "warn"] = "calm"
    progress: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    chart: Chart | None = None
    actions: Annotated[tuple[str, ...], msgspec.Meta(max_length=0)] = ()

    def to_dict(self) -> dict[str, Any]:
        """The card as plain JSON values."""
        result: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return result


def parse(text: str | bytes) -> Card:
    """Read a card that an app wrote.

    Raises:
        CardError: too long, not strict JSON (NaN, lone surrogates), an unknown key, or text that may not be shown.
    """
    if len(text) > MAX_BYTES:
        raise CardError(f"The card has {len(text)} characters, at most {MAX_BYTES} are allowed")
    try:
        return from_dict(canonical.loads(text))
    except CanonicalError as error:
        raise CardError(str(error)) from error


def from_dict(value: object) -> Card:
    """Read a card from plain JSON values.

    Raises:
        CardError: it does not follow the format.
    """
    if found := plain.first_flaw(value):
        raise CardError(f"The card {found}")
    try:
        card = msgspec.convert(value, Card)
        canonical.dumps(msgspec.to_builtins(card))
    except (msgspec.ValidationError, CanonicalError) as error:
        raise CardError(f"The card is refused: {error}") from error
    return card


def for_dash(card: Card, *, moving: bool) -> Card:
    """The card as the dash may show it: while moving no chart, and only the rows that fit into 120 characters."""
    if not moving:
        return card
    lengths = itertools.accumulate((len(row.label) + len(row.value) for row in card.rows), initial=len(card.title))
    fitting = sum(length <= MOVING_TEXT for length in lengths) - 1
    return msgspec.structs.replace(card, rows=card.rows[:fitting], chart=None)
