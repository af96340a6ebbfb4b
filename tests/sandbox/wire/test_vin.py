"""Vehicle identification numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import vin
from sandbox.wire.vin import VinError

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@pytest.mark.parametrize("number", ["1M8GDM9AXKP042788", "11111111111111111", "5GZCZ43D13S812715"])
def test_a_true_number_passes(number: str) -> None:
    assert vin.check(number) == number


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_exactly_one_check_digit_passes(text: str) -> None:
    good = text[:8] + vin.check_digit(text) + text[9:]
    assert vin.check(good) == good
    for wrong in set("0123456789X") - {good[8]}:
        with pytest.raises(VinError, match="position 9"):
            vin.check(text[:8] + wrong + text[9:])


REFUSED = {
    "a wrong check digit": "1M8GDM9A1KP042788",
    "16 characters": "1M8GDM9AXKP04278",
    "18 characters": "1M8GDM9AXKP0427881",
    "the letter I": "1M8GDM9AXKPI42788",
    "the letter O": "1M8GDM9AXKPO42788",
    "the letter Q": "1M8GDM9AXKPQ42788",
    "small letters": "1m8gdm9axkp042788",
    "a line break": "1M8GDM9AXKP042788\n",
    "nothing": "",
}


@pytest.mark.parametrize("number", REFUSED.values(), ids=REFUSED)
def test_a_false_number_is_refused(number: str) -> None:
    with pytest.raises(VinError) as refusal:
        vin.check(number)
    assert refusal.value.resolution
