"""Factory records: what a head unit is born with, one JSON object a line."""

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from forecourt.vehicles.errors import EnrolmentError
from sandbox.wire import vin
from sandbox.wire.errors import WireError

Short = Annotated[str, Meta(min_length=1, max_length=40)]
MAX_LINES: Final = 50_000


class FactoryRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One head unit in one car, as the factory writes it down."""

    vin: str
    make: Short
    model: Short
    year: Annotated[int, Meta(ge=1990, le=2100)]
    head_unit_serial: Short
    hardware_id: Short
    price_area: Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,10}$")]
    public_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    data_source: Literal["live", "recorded", "simulated"] = "live"


_decoder: Final = msgspec.json.Decoder(FactoryRecord)


def parse(data: bytes) -> list[FactoryRecord]:
    """Read factory records, one JSON object a line; empty lines are passed over.

    Raises:
        EnrolmentError: a line is not such a record, or its VIN fails its check; the message names the line.
    """
    lines = [(number, line) for number, line in enumerate(re.split(rb"\r?\n", data), 1) if line.strip()]
    if not 0 < len(lines) <= MAX_LINES:
        raise EnrolmentError(f"The file has {len(lines)} records; 1 to {MAX_LINES:,} are allowed.")
    return [_record(number, line) for number, line in lines]


def _record(number: int, line: bytes) -> FactoryRecord:
    try:
        record = _decoder.decode(line)
        vin.check(record.vin)
    except (msgspec.MsgspecError, WireError, UnicodeDecodeError) as error:
        raise EnrolmentError(f"Line {number}: {error}") from error
    return record
