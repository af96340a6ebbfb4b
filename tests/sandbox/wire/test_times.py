"""Times: one notation, UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import times
from sandbox.wire.times import TimeError


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_survives_to_the_millisecond(moment: datetime) -> None:
    assert abs(times.parse(times.render(moment)) - moment) < timedelta(milliseconds=1)


def test_another_zone_is_rendered_in_utc() -> None:
    moment = datetime(2026, 1, 31, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert times.render(moment) == "2026-01-30T23:00:00Z"


def test_a_time_without_a_zone_is_not_rendered() -> None:
    with pytest.raises(TimeError, match="without a zone"):
        times.render(datetime(2026, 1, 31))  # noqa: DTZ001  (that is the point)


REFUSED = {
    "another zone": "2026-01-31T22:15:00+01:00",
    "no zone": "2026-01-31T22:15:00",
    "a small z": "2026-01-31T22:15:00z",
    "a space": "2026-01-31 22:15:00Z",
    "a week date": "2026-W05-6T22:15:00Z",
    "no such day": "2026-02-30T22:15:00Z",
    "no such hour": "2026-01-31T25:15:00Z",
    "a leap second": "2016-12-31T23:59:60Z",
    "month 90": "2032-90-02T00:00:00Z",
    "year zero": "0000-01-01T00:00:00Z",
    "digits of another script": "٢٠٢٦-01-31T22:15:00Z",
    "a line break": "2026-01-31T22:15:00Z\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_another_notation_is_refused(text: str) -> None:
    with pytest.raises(TimeError):
        times.parse(text)
