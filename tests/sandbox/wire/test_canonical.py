"""Canonical JSON, and strict reading."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import canonical
from sandbox.wire.canonical import CanonicalError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(VALUES)
def test_reading_what_was_written_gives_the_same_value_and_bytes(value: object) -> None:
    data = canonical.dumps(value)
    assert canonical.loads(data) == value == json.loads(data)
    assert canonical.dumps(canonical.loads(data)) == data


def test_keys_are_sorted_and_nothing_is_padded() -> None:
    assert canonical.dumps({"b": [1, "ø"], "a": None}) == '{"a":null,"b":[1,"ø"]}'.encode()


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical.digest({"a": 1, "b": 2}) == canonical.digest({"b": 2, "a": 1})
    assert canonical.digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


UNWRITABLE = {
    "NaN": float("nan"),
    "infinity": [float("inf")],
    "a lone surrogate": "\ud800",
    "a number as a key": {"a": [{1: 2}]},
    "bytes": b"x",
    "a set": {1},
}


@pytest.mark.parametrize("value", UNWRITABLE.values(), ids=UNWRITABLE)
def test_a_value_without_a_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical.dumps(value)


UNREADABLE = {
    "nothing": b"",
    "not JSON": b"{",
    "not UTF-8": b'"\xff"',
    "a duplicate key": b'{"a":1,"a":2}',
    "a duplicate key inside": b'[{"x":{"a":1,"b":0,"a":1}}]',
    "NaN": b"[NaN]",
    "minus infinity": b"-Infinity",
    "a number past all floats": b"1e999",
    "a lone surrogate": b'"\\ud800"',
    "a lone surrogate as a key": b'{"\\udc00":1}',
    "too many digits": b"1" * 5_000,
    "nested too deep": b"[" * 100_000,
    "nested deep and closed": b"[" * 5_000 + b"]" * 5_000,
    "two values": b"1 2",
    "a byte order mark": "\ufeff{}".encode(),
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_json_that_is_not_strict_is_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        canonical.loads(data)


def test_text_with_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(CanonicalError, match="UTF-8"):
        canonical.loads('"\udc80"')
