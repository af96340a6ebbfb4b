"""Vehicle identification numbers: 17 characters with a check digit (ISO 3779; 49 CFR 565.15)."""

import re
from typing import Final

from sandbox.wire.errors import VinError

__all__ = ["VinError", "check", "check_digit"]

_SHAPE: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VALUES: Final = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def check(vin: str) -> str:
    """Return the number if it is valid.

    Raises:
        VinError: wrong length, a letter that never occurs, or a check digit that does not fit.
    """
    if not _SHAPE.fullmatch(vin):
        raise VinError(f"{vin[:20]!r} is not 17 capital letters and digits without I, O and Q")
    expected = check_digit(vin)
    if vin[8] != expected:
        raise VinError(f"{vin}: position 9 is {vin[8]}, the check digit would be {expected}")
    return vin


def check_digit(vin: str) -> str:
    """The character that belongs at position 9 of these 17 characters."""
    remainder = sum(_VALUES[char] * weight for char, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)
