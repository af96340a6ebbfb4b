"""How long a refused set is left alone."""

from datetime import timedelta

import pytest

from sandbox.client import patience


@pytest.mark.parametrize(("refusals", "seconds"), [(1, 0), (2, 30), (3, 90), (4, 210), (8, 3600), (5000, 3600)])
def test_pause_grows_to_an_hour(refusals: int, seconds: int) -> None:
    assert patience.pause(refusals) == timedelta(seconds=seconds)
