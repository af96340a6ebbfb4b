"""Scopes: their grammar, and which signals a pattern covers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import scopes
from sandbox.wire.scopes import Scope, ScopeError, matches, parse_many

NAMES = st.sampled_from(["A", "B", "Row2"])
PATHS = st.lists(NAMES, max_size=6).map(lambda rest: ".".join(["Vehicle", *rest]))
PATTERNS = st.lists(NAMES | st.sampled_from(["*", "**"]), max_size=6).map(lambda rest: ".".join(["Vehicle", *rest]))
SCOPES = st.builds(Scope, st.sampled_from(scopes.ACTIONS), PATTERNS, st.sampled_from(scopes.PRECISIONS))


def covers(pattern: list[str], path: list[str]) -> bool:
    """The definition, read word by word."""
    if not pattern:
        return not path
    head, rest = pattern[0], pattern[1:]
    if head == "**":
        return covers(rest, path) or (bool(path) and covers(pattern, path[1:]))
    return bool(path) and head in ("*", path[0]) and covers(rest, path[1:])


def oracle(pattern: str, path: str) -> bool:
    wanted, given_path = pattern.split("."), path.split(".")
    if wanted[-1] in ("*", "**"):
        return covers(wanted, given_path)
    return any(covers(wanted, given_path[:upto]) for upto in range(len(given_path) + 1))


@given(PATTERNS, PATHS)
def test_matching_agrees_with_the_definition(pattern: str, path: str) -> None:
    assert matches(pattern, path) == oracle(pattern, path)


@given(SCOPES)
def test_a_scope_survives_being_written_and_read(scope: Scope) -> None:
    assert Scope.parse(str(scope)) == scope


COVERED = {
    "a signal": ("Vehicle.Speed", "Vehicle.Speed", True),
    "another signal": ("Vehicle.Speed", "Vehicle.SpeedLimit", False),
    "a branch means its subtree": ("Vehicle.CurrentLocation", "Vehicle.CurrentLocation.Latitude", True),
    "a branch is not its sister": ("Vehicle.Current", "Vehicle.CurrentLocation.Latitude", False),
    "a star is one level": ("Vehicle.*", "Vehicle.Speed", True),
    "a star is not two levels": ("Vehicle.*", "Vehicle.CurrentLocation.Latitude", False),
    "a star in the middle": ("Vehicle.*.Latitude", "Vehicle.CurrentLocation.Latitude", True),
    "two stars are any depth": ("Vehicle.**", "Vehicle.A.B.C", True),
    "two stars may be no level": ("Vehicle.**.Speed", "Vehicle.Speed", True),
    "two stars in the middle": ("Vehicle.**.IsOpen", "Vehicle.Cabin.Door.Row2.IsOpen", True),
    "two stars backtrack": ("Vehicle.**.A.B.**.C", "Vehicle.A.A.B.A.B.X.C", True),
    "the whole tree": ("Vehicle", "Vehicle.Speed", True),
    "another tree": ("Vehicle", "Energy.Price.Current", False),
    "digits in a name": ("Vehicle.Row2", "Vehicle.Row2.IsOpen", True),
    "the path is shorter": ("Vehicle.A.B", "Vehicle.A", False),
}


@pytest.mark.parametrize(("pattern", "path", "covered"), COVERED.values(), ids=COVERED)
def test_a_pattern_covers(pattern: str, path: str, *, covered: bool) -> None:
    assert matches(pattern, path) is covered


def test_a_hostile_pattern_is_no_more_work_than_a_plain_one() -> None:
    pattern = "Vehicle" + ".**.A" * 39
    path = "Vehicle" + ".A" * 2_000 + ".B"
    assert not matches(pattern + ".*.B.C.*", path)


REFUSED = {
    "no action": "Vehicle.Speed",
    "an unknown action": "create:Vehicle.Speed",
    "an action in capitals": "READ:Vehicle.Speed",
    "an unknown root": "read:House.Speed",
    "no path": "read:",
    "a leading dot": "read:.Vehicle",
    "a trailing dot": "read:Vehicle.",
    "an empty segment": "read:Vehicle..Speed",
    "a digit first": "read:Vehicle.2Row",
    "a half star": "read:Vehicle.Spe*",
    "three stars": "read:Vehicle.***",
    "a star as root": "read:*.Speed",
    "a letter that is not ASCII": "read:Vehicle.Spéed",
    "a line break": "read:Vehicle.Speed\n",
    "an unknown precision": "read:Vehicle.CurrentLocation@10m",
    "an empty precision": "read:Vehicle.CurrentLocation@",
    "two precisions": "read:Vehicle.CurrentLocation@1km@1km",
    "a human bundle": "bundle:smart-charging",
    "a path too long": "read:Vehicle" + ".Speed" * 40,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_scope_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ScopeError) as refusal:
        Scope.parse(text)
    assert refusal.value.resolution


def test_many_scopes_are_read_once_each_beside_those_of_openid_connect() -> None:
    text = "openid read:Vehicle.Speed offline_access read:Vehicle.CurrentLocation@1km read:Vehicle.Speed"
    assert list(map(str, parse_many(text))) == ["read:Vehicle.Speed", "read:Vehicle.CurrentLocation@1km"]


def test_no_scopes_are_none() -> None:
    assert parse_many("  ") == ()


def test_one_bad_scope_refuses_the_list() -> None:
    with pytest.raises(ScopeError, match="'fly' is not an action"):
        parse_many("read:Vehicle.Speed fly:Vehicle.Speed")


def test_exact_is_not_written() -> None:
    assert str(Scope("read", "Vehicle.Speed", "exact")) == "read:Vehicle.Speed"
