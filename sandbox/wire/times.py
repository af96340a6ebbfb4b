"""Times on the wire: RFC 3339 in UTC with a `Z`, nothing else."""

import re
from datetime import UTC, datetime
from typing import Final

from sandbox.wire.errors import TimeError

__all__ = ["TimeError", "parse", "render"]

_SHAPE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


def parse(text: str) -> datetime:
    """The instant that `text` names, aware and in UTC.

    Raises:
        TimeError: another notation, another zone, or no such day or hour.
    """
    if not _SHAPE.fullmatch(text):
        raise TimeError(f"{text[:40]!r} is not a time like 2026-01-31T22:15:00Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise TimeError(f"{text!r} is not a time: {error}") from error


def render(moment: datetime) -> str:
    """The wire form of an aware instant: whole seconds, or milliseconds where there are any.

    Raises:
        TimeError: the instant has no time zone.
    """
    if moment.tzinfo is None:
        raise TimeError("A time without a zone has no wire form")
    utc = moment.astimezone(UTC)
    precision = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
