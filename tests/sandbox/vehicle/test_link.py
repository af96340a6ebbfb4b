"""The car's line to the platform, over real HTTP."""

import asyncio

import pytest

from sandbox.vehicle import link as links
from sandbox.vehicle.errors import LinkError, RefusedError, SignInError
from sandbox.vehicle.link import Link
from sandbox.vehicle.outbox import Outbox
from sandbox.wire.frames import Point
from tests.sandbox.vehicle.fake_platform import FakePlatform

POINT = Point(path="Vehicle.Speed", value=1.5, ts="2026-01-05T15:00:00Z")
BUSY = (503, {"Retry-After": "0"}, {"title": "Busy"})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.vehicle.backoff.FIRST", 0.001)


async def test_frames_arrive_once_and_in_order_over_one_connection(
    link: Link, outbox: Outbox, platform: FakePlatform
) -> None:
    for _number in range(20):
        outbox.add([POINT], source="simulated")
    assert await link.flush(outbox) == []
    assert [frame["seq"] for frame in platform.frames] == list(range(1, 21))
    assert (len(outbox), link.acknowledged, len(platform.connections)) == (0, 20, 1)


@pytest.mark.parametrize("status", [429, 502, 503, 504, 500])
async def test_a_busy_platform_gets_the_same_frame_again(
    link: Link, outbox: Outbox, platform: FakePlatform, status: int
) -> None:
    platform.answers = [(status, {}, {"title": "Busy"})] * 8
    outbox.add([POINT], source="simulated")
    await link.flush(outbox)
    assert [frame["seq"] for frame in platform.frames] == [1]
    assert platform.calls.count("POST /vehicle/v1/frames") == 9


async def test_a_lost_answer_is_made_up_for_by_the_repeated_frame(
    link: Link, outbox: Outbox, platform: FakePlatform
) -> None:
    platform.frames.append({"seq": 1, "points": []})
    outbox.add([POINT], source="simulated")
    await link.flush(outbox)
    assert (len(platform.frames), len(outbox)) == (1, 0)


async def test_an_answer_without_the_right_acknowledgement_keeps_the_frame(
    link: Link, outbox: Outbox, platform: FakePlatform
) -> None:
    platform.answers = [(200, {}, {"ack": 7})]
    outbox.add([POINT], source="simulated")
    with pytest.raises(LinkError, match="acknowledgement"):
        await link.flush(outbox)
    assert len(outbox) == 1


async def test_a_frame_refused_for_good_is_set_aside_with_the_reason(
    link: Link, outbox: Outbox, platform: FakePlatform
) -> None:
    platform.answers = [(422, {}, {"title": "Unknown signal", "detail": "Vehicle.Spede"})]
    for _number in range(2):
        outbox.add([POINT], source="simulated")
    assert await link.flush(outbox) == ["422 Unknown signal: Vehicle.Spede"]
    assert [frame["seq"] for frame in platform.frames] == [2]
    assert outbox.refused()[0][0] == 1


async def test_a_session_that_ran_out_is_renewed(link: Link, platform: FakePlatform) -> None:
    await link.pairing()
    platform.token = "another"
    assert await link.pairing_code() == "K7M2-9QXD"


async def test_a_session_that_stays_refused_is_an_error(link: Link, platform: FakePlatform) -> None:
    platform.answers = [(401, {}, {"title": "Unknown session"})] * 2
    with pytest.raises(RefusedError, match="401 Unknown session"):
        await link.pairing()


async def test_nobody_there_is_an_error_for_whoever_does_not_wait(platform: FakePlatform) -> None:
    async def sign_in() -> str:
        raise SignInError("nobody there")

    async with Link(platform.url, sign_in=sign_in) as link:
        with pytest.raises(LinkError, match="no answer after 6 attempts"):
            await link.pairing()


async def test_a_refusal_that_is_no_problem_document_still_has_its_status(link: Link, platform: FakePlatform) -> None:
    platform.answers = [(404, {}, ["?"])]
    with pytest.raises(RefusedError, match="404 Not Found"):
        await link.commands()


async def test_without_consent_there_are_no_prices(link: Link, platform: FakePlatform) -> None:
    assert await link.feeds() is None
    platform.feed = {"area": "DK1", "slots": []}
    assert await link.feeds() == platform.feed


async def test_events_come_and_the_stream_is_taken_up_again_after_a_break(link: Link, platform: FakePlatform) -> None:
    seen: list[str] = []
    async with asyncio.timeout(5):
        async for event in link.events():
            seen.append(event.data)
            assert link.connected
            if len(seen) == 2:
                platform.wakes.append("plan")
                platform.wake("hang up")
            elif len(seen) == 1:
                platform.wake("command")
            elif platform.streams == 2:
                break
    assert seen[:2] == ['{"reason":"desired-state"}', '{"reason":"command"}']


async def test_a_refused_stream_signs_in_again(link: Link, platform: FakePlatform) -> None:
    await link.pairing()
    platform.token = "another"
    async with asyncio.timeout(5):
        async for event in link.events():
            assert event.kind == "wake"
            break


def test_the_statuses_that_pass_are_those_of_a_busy_platform() -> None:
    assert frozenset({429, 502, 503, 504}) == links.BUSY
