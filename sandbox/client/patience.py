"""Pure: how long a refused set is left alone before it is fetched again."""

from datetime import timedelta
from typing import Final

FIRST: Final = timedelta(seconds=30)
LONGEST: Final = timedelta(hours=1)


def pause(refusals: int) -> timedelta:
    """The time until the next try: none after the first refusal, for a line may be cut; then longer each time."""
    return min(LONGEST, FIRST * ((1 << min(refusals - 1, 10)) - 1))
