"""The data plane without its neighbours: no Valkey, no cached token, no such address."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from forecourt.consent.published import TokenFacts
from forecourt.streams.edge.app import Application
from forecourt.streams.edge.hub import GAP, Mail, Mailbox
from forecourt.streams.edge.messages import Change
from forecourt.streams.edge.state import Edge
from forecourt.streams.edge.subscription import changed
from forecourt.streams.errors import TokenInvalidError, UnavailableError
from forecourt.streams.precision import coarsen
from tests.streams import rows
from tests.streams.world import CHARGE, LATITUDE, Consent

NOWHERE = "redis://127.0.0.1:1/0"


async def _never(*_parts: Any) -> None:
    raise AssertionError


async def _call(scope: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    incoming = iter(options.get("incoming", [{"type": "http.request", "body": b"{}"}]))

    async def receive() -> dict[str, Any]:
        return next(incoming)

    async def send(message: Any) -> None:
        sent.append(message)

    application = Application(redis_url=NOWHERE, token_source=lambda _token: None, fallback=_never)
    await application({"headers": [], "query_string": b"", "method": "GET"} | scope, receive, send)
    return sent


async def test_without_valkey_requests_are_answered_with_try_again() -> None:
    start, body = await _call({"type": "http", "path": "/vehicle/v1/events"})
    assert start["status"] == 503
    assert (b"retry-after", b"1") in start["headers"]
    assert b"temporarily_unavailable" in body["body"]


async def test_without_valkey_a_stream_is_closed_with_try_again() -> None:
    (closed,) = await _call({"type": "websocket", "path": "/v1/vehicles/car-a/viss"})
    assert closed["code"] == 1013


async def test_a_server_starts_and_stops_the_data_plane() -> None:
    incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = await _call({"type": "lifespan"}, incoming=incoming)
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_token_that_the_cache_forgot_is_asked_from_its_source(consent: Consent, redis_url: str) -> None:
    del consent
    known = {"good": rows.facts(app="smart-charging"), "partner": rows.facts(organisation="fjord-energi")}
    edge = Edge(redis_url=redis_url, token_source=known.get)
    facts: TokenFacts = await edge.tokens.facts("good")
    assert facts.app == "smart-charging"
    for token in ("partner", "bad", ""):
        with pytest.raises(TokenInvalidError):
            await edge.tokens.facts(token)
    await edge.stop()


async def test_without_valkey_nothing_is_known() -> None:
    edge = Edge(redis_url=NOWHERE, token_source=lambda _token: None)
    asks: list[Callable[[], Any]] = [
        edge.start,
        lambda: edge.tokens.facts("token"),
        lambda: edge.grants.once("car-a", "1"),
        lambda: edge.grants.open("car-a", "1"),
        lambda: edge.store.latest("car-a", [CHARGE]),
        lambda: edge.store.everything("car-a"),
        lambda: edge.store.area("car-a"),
        lambda: edge.store.grant_ids("car-a"),
        lambda: edge.store.show("car-a", "app", None),
        lambda: edge.store.note_stop("car-a", {"grant": "1", "edge": "x", "last_byte_at": 1.0}),
    ]
    for ask in asks:
        with pytest.raises(UnavailableError):
            await ask()
    await edge.grants.poll()
    await edge.stop()


async def test_a_full_mailbox_loses_the_oldest_and_counts_it() -> None:
    mailbox = Mailbox(size=2)
    for number in range(3):
        mailbox.put(Mail("channel", number))
    assert [mail.payload for mail in await mailbox.take()] == [1, 2]
    assert mailbox.dropped == 1
    mailbox.put(GAP)
    assert await mailbox.take() == [GAP]


CHANGES = {
    "any": (1.0, 2.0, Change(), True),
    "same": (1.0, 1.0, Change(), False),
    "enough": (1.0, 3.0, Change("gte", 2.0), True),
    "too little": (1.0, 2.0, Change("gte", 2.0), False),
    "turned on": (False, True, Change("gt", 0.0), True),
    "turned off": (True, False, Change("gt", 0.0), False),
    "another text": ("a", "b", Change(), True),
    "the same text": ("a", "a", Change("eq"), True),
}


@pytest.mark.parametrize(("old", "new", "change", "passes"), CHANGES.values(), ids=CHANGES)
def test_a_change_filter_looks_at_the_step(*, old: Any, new: Any, change: Change, passes: bool) -> None:
    assert changed(old, new, change) is passes


PRECISIONS = {
    "exact": (LATITUDE, 56.156789, "exact", 56.156789),
    "100 m": (LATITUDE, 56.156789, "100m", 56.157),
    "city": (LATITUDE, 56.156789, "city", 56.2),
    "withheld": (LATITUDE, 56.156789, "none", None),
    "heading in a city": ("Vehicle.CurrentLocation.Heading", 12.0, "city", None),
    "no place": (CHARGE, 61.5, "city", 61.5),
}


@pytest.mark.parametrize(("path", "value", "precision", "shown"), PRECISIONS.values(), ids=PRECISIONS)
def test_a_location_is_laid_on_a_grid(path: str, value: float, precision: str, shown: float | None) -> None:
    assert coarsen(path, value, precision) == shown


async def test_stopping_waits_for_last_words_and_ends_the_rest(redis_url: str) -> None:
    edge = Edge(redis_url=redis_url, token_source=lambda _token: None)
    await edge.start()
    ended: list[str] = []

    async def work(name: str, seconds: float) -> None:
        with edge.working():
            await asyncio.sleep(seconds)
            await edge.store.area("car-a")
            ended.append(name)

    tasks = [asyncio.create_task(work("last words", 0.05)), asyncio.create_task(work("a stream", 60))]
    await asyncio.sleep(0)
    await edge.stop()
    assert ended == ["last words"]
    assert all(task.done() for task in tasks)
