"""The life of a command as a table, and what shows that it worked."""

from itertools import product

import pytest

from forecourt.streams import effects, states
from forecourt.streams.errors import CommandStateError
from forecourt.streams.models import Command

MOVES = list(product(Command.State.values, repeat=2))


@pytest.mark.parametrize(("now", "then"), MOVES)
def test_only_the_moves_of_the_table_are_lawful(now: str, then: str) -> None:
    if then in states.NEXT[now]:
        states.check(now, then)
    else:
        with pytest.raises(CommandStateError):
            states.check(now, then)


def test_an_actuator_without_a_line_of_its_own_must_show_its_own_value() -> None:
    assert effects.effect_of("Vehicle.Cabin.X", 5) == effects.Effect("Vehicle.Cabin.X", 5)
