"""Frames in: kept whole and acknowledged, or refused with a name."""

import json
from typing import Any

import pytest

from forecourt.streams import keys
from tests.streams.world import CAR, CHARGE, SPEED, Consent, Site, ago, point


async def test_a_frame_is_kept_acknowledged_and_counted(site: Site, consent: Consent) -> None:
    answer = await site.send(point(CHARGE, 61.5), point(SPEED, 50.0))
    assert (answer.status_code, answer.json()) == (200, {"ack": 1})
    assert consent.stored() == 1
    latest = json.loads(consent.valkey.hget(keys.latest(CAR), CHARGE) or "")
    assert (latest["value"], latest["source"]) == (61.5, "simulated")
    assert (consent.usage("frames"), consent.usage("data_points")) == (1, 2)


async def test_a_repeated_frame_is_acknowledged_and_not_counted_twice(site: Site, consent: Consent) -> None:
    await site.send(point(CHARGE, 61.5))
    answer = await site.send(point(CHARGE, 99.0), seq=1)
    assert answer.json() == {"ack": 1, "repeated": True}
    assert consent.stored() == 1
    assert consent.usage("frames") == consent.usage("data_points") == 1
    assert json.loads(consent.valkey.hget(keys.latest(CAR), CHARGE) or "")["value"] == 61.5


async def test_a_late_frame_is_kept_and_replaces_no_newer_value(site: Site, consent: Consent) -> None:
    for seq, value in ((1, 61.0), (3, 63.0), (2, 62.0)):
        assert (await site.send(point(CHARGE, value), seq=seq)).json() == {"ack": seq}
    assert consent.stored() == 3
    assert json.loads(consent.valkey.hget(keys.latest(CAR), CHARGE) or "")["value"] == 63.0
    assert (await site.send(point(CHARGE, 62.0), seq=2)).json() == {"ack": 2, "repeated": True}


async def test_what_is_older_than_all_that_is_remembered_counts_as_repeated(
    site: Site, consent: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "STREAM_LENGTH", 2)
    for seq in (5, 6, 7):
        await site.send(point(CHARGE, 60.0), seq=seq)
    assert (await site.send(point(CHARGE, 61.0), seq=4)).json() == {"ack": 4, "repeated": True}
    assert consent.valkey.zrange(keys.sequence(CAR), 0, -1) in ([b"6", b"7"], ["6", "7"])


async def test_the_latest_value_is_the_one_captured_last(site: Site, consent: Consent) -> None:
    await site.send(point(CHARGE, 62.0, ago(1)), point(CHARGE, 61.0, ago(9)))
    assert json.loads(consent.valkey.hget(keys.latest(CAR), CHARGE) or "")["value"] == 62.0


REFUSED: dict[str, tuple[Any, int, str]] = {
    "unknown signal": (point("Vehicle.Flux", 1), 422, "UnknownSignalError"),
    "a feed's signal": (point("Energy.Price.Current", 1.0), 422, "UnknownSignalError"),
    "wrong type": (point(CHARGE, "high"), 422, "WrongTypeError"),
    "out of range": (point(CHARGE, 101.0), 422, "OutOfRangeError"),
    "future time": (point(CHARGE, 50.0, ago(-86_400)), 422, "FutureTimeError"),
    "no time": (point(CHARGE, 50.0, "yesterday"), 422, "FrameError"),
    "too many points": ([point(SPEED, 1.0)] * 5001, 413, "FrameTooLargeError"),
}


@pytest.mark.parametrize(("flaw", "status", "name"), REFUSED.values(), ids=REFUSED)
async def test_a_flawed_frame_is_refused_and_nothing_is_kept(
    site: Site, consent: Consent, flaw: Any, status: int, name: str
) -> None:
    flaws = flaw if isinstance(flaw, list) else [flaw]
    answer = await site.send(point(SPEED, 50.0), *flaws)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{name}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["resolution"]
    assert consent.stored() == 0
    assert not consent.valkey.exists(keys.latest(CAR))
    assert consent.usage("frames") == 0


UNREADABLE: dict[str, tuple[bytes, int, str]] = {
    "not UTF-8": (b'{"seq":1,"source":"live\xff","points":[]}', 422, "FrameError"),
    "not JSON": (b"seq=1", 422, "FrameError"),
    "no sequence number": (b'{"source":"live","points":[]}', 422, "FrameError"),
    "sequence number zero": (b'{"seq":0,"source":"live","points":[]}', 422, "FrameError"),
    "oversized": (b" " * (1 << 20) + b"{}", 413, "FrameTooLargeError"),
    "NaN": (b'{"seq":1,"source":"live","points":[{"path":"Vehicle.Speed","value":NaN,"ts":"x"}]}', 422, "FrameError"),
}


@pytest.mark.parametrize(("content", "status", "name"), UNREADABLE.values(), ids=UNREADABLE)
async def test_an_unreadable_frame_is_refused(
    site: Site, consent: Consent, content: bytes, status: int, name: str
) -> None:
    answer = await site.post("/vehicle/v1/frames", content)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{name}")
    assert consent.stored() == 0


async def test_a_car_without_a_session_is_turned_away(site: Site) -> None:
    answer = await site.http.post("/vehicle/v1/frames", content=b"{}", headers={"Authorization": "Bearer forged"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/SessionInvalidError")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_another_method_is_refused_and_other_addresses_go_to_django(site: Site) -> None:
    assert (await site.http.get("/vehicle/v1/frames")).status_code == 405
    assert (await site.http.get("/somewhere")).text == "Django"
