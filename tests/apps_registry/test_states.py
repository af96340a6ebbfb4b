"""The release's states: nothing is published that was not approved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps_registry import states
from apps_registry.errors import IllegalMoveError
from apps_registry.models import Release

Status = Release.Status


def _walk(wishes: list[Status]) -> list[Status]:
    """Where a release goes when somebody tries every wish in turn."""
    path = [Status.SUBMITTED]
    for wish in wishes:
        try:
            path.append(states.step(path[-1], wish))
        except IllegalMoveError:
            continue
    return path


@given(st.lists(st.sampled_from(Status), max_size=40))
def test_no_sequence_reaches_published_without_approved(wishes: list[Status]) -> None:
    path = _walk(wishes)
    if Status.PUBLISHED in path:
        at = path.index(Status.PUBLISHED)
        assert path[at - 3 : at] == [Status.IN_ANALYSIS, Status.IN_REVIEW, Status.APPROVED]


@given(st.lists(st.sampled_from(Status), max_size=40))
def test_no_state_is_entered_twice(wishes: list[Status]) -> None:
    path = _walk(wishes)
    assert len(path) == len(set(path))


@pytest.mark.parametrize("end", [Status.REJECTED, Status.WITHDRAWN])
def test_what_was_rejected_or_withdrawn_stays_so(end: Status) -> None:
    assert not states.NEXT[end]


def test_an_illegal_move_says_where_the_release_stands() -> None:
    with pytest.raises(IllegalMoveError, match="“Submitted” cannot move to “Published”"):
        states.step(Status.SUBMITTED, Status.PUBLISHED)


def test_every_state_is_in_the_table() -> None:
    assert set(states.NEXT) == set(Status)
