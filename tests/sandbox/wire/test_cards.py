"""Cards: what an app may show, and what the dash shows of it while the car moves."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import cards
from sandbox.wire.cards import CardError

BARS = {"kind": "bars", "unit": "EUR/MWh", "values": [["00:00", -4.5, True], ["00:15", 20, False]]}


def card(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Smart charging",
        "rows": [{"label": "Battery", "value": "54 %"}],
        "tone": "good",
        "progress": 54,
        "chart": BARS,
        "actions": [],
    } | changes


def rows(count: int, length: int = 10) -> list[dict[str, str]]:
    return [{"label": "x" * length, "value": "y" * length}] * count


def test_a_card_survives_being_read_and_written() -> None:
    assert cards.parse(json.dumps(card())).to_dict() == card()


def test_a_title_alone_is_a_card() -> None:
    assert cards.parse('{"title":"Hi"}').to_dict() == {
        "title": "Hi",
        "rows": [],
        "tone": "calm",
        "progress": None,
        "chart": None,
        "actions": [],
    }


REFUSED = {
    "not JSON": "card",
    "a list": "[]",
    "no title": "{}",
    "an empty title": json.dumps(card(title="")),
    "a long title": json.dumps(card(title="x" * 41)),
    "seven rows": json.dumps(card(rows=rows(7))),
    "a long label": json.dumps(card(rows=[{"label": "x" * 41, "value": ""}])),
    "a long value": json.dumps(card(rows=[{"label": "x", "value": "y" * 61}])),
    "a row without a value": json.dumps(card(rows=[{"label": "x"}])),
    "a number as a value": json.dumps(card(rows=[{"label": "x", "value": 1}])),
    "an unknown tone": json.dumps(card(tone="angry")),
    "progress past 100": json.dumps(card(progress=101)),
    "progress below 0": json.dumps(card(progress=-1)),
    "progress with a fraction": json.dumps(card(progress=1.5)),
    "an unknown key": json.dumps(card(html="<b>")),
    "an action": json.dumps(card(actions=["buy"])),
    "an unknown chart": json.dumps(card(chart=BARS | {"kind": "pie"})),
    "too many bars": json.dumps(card(chart=BARS | {"values": [["a", 1, True]] * 97})),
    "a bar of text": json.dumps(card(chart=BARS | {"values": [["a", "1", True]]})),
    "a short bar": json.dumps(card(chart=BARS | {"values": [["a", 1]]})),
    "a bar of NaN": '{"title":"x","chart":{"kind":"bars","unit":"","values":[["a",NaN,true]]}}',
    "a bar past all floats": '{"title":"x","chart":{"kind":"bars","unit":"","values":[["a",1e999,true]]}}',
    "a key twice": '{"title":"x","title":"y"}',
    "a lone surrogate": '{"title":"\\ud800"}',
    "a null character": '{"title":"a\\u0000b"}',
    "a line break": '{"title":"a\\nb"}',
    "an escape code": '{"title":"\\u001b[31m"}',
    "text that turns round": '{"title":"\\u202eevil"}',
    "a hidden character": '{"title":"a\\u200bb"}',
    "a paragraph mark": '{"title":"a\\u2029b"}',
    "a hidden character in a bar": '{"title":"x","chart":{"kind":"bars","unit":"","values":[["\\u2066",1,true]]}}',
    "too long": json.dumps(card()) + " " * cards.MAX_BYTES,
    "nested too deep": "[" * 10_000,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_card_outside_the_format_is_refused(text: str) -> None:
    with pytest.raises(CardError) as refusal:
        cards.parse(text)
    assert refusal.value.resolution


def test_a_card_of_plain_values_is_checked_alike() -> None:
    assert cards.from_dict(card()).title == "Smart charging"
    with pytest.raises(CardError):
        cards.from_dict(card(chart=BARS | {"values": [["a", float("nan"), True]]}))


@given(st.text())
def test_any_text_is_a_card_or_refused(text: str) -> None:
    with pytest.raises(CardError):
        cards.parse(text)


@given(st.text(max_size=40, min_size=1))
def test_any_title_is_kept_or_refused(title: str) -> None:
    try:
        kept = cards.from_dict({"title": title})
    except CardError:
        return
    assert kept.title == title
    assert title.isprintable() or "\u200d" in title or not title.isascii()


def test_a_parked_car_shows_the_whole_card() -> None:
    whole = cards.from_dict(card(rows=rows(6)))
    assert cards.for_dash(whole, moving=False) == whole


def test_a_moving_car_shows_no_chart() -> None:
    shown = cards.for_dash(cards.from_dict(card()), moving=True)
    assert (shown.chart, shown.rows, shown.progress) == (None, cards.from_dict(card()).rows, 54)


@given(st.integers(0, 6), st.integers(1, 40), st.integers(1, 40))
def test_a_moving_car_shows_at_most_120_characters(count: int, length: int, title: int) -> None:
    whole = cards.from_dict(card(title="t" * title, rows=rows(count, length)))
    shown = cards.for_dash(whole, moving=True)
    lengths = [len(shown.title), *(len(row.label) + len(row.value) for row in shown.rows)]
    assert sum(lengths) <= 120
    assert shown.rows == whole.rows[: len(shown.rows)]
    assert len(shown.rows) == count or sum(lengths) + 2 * length > 120
