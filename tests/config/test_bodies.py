"""How much a request may send to Django."""

from typing import Any

import pytest
from django.core.asgi import get_asgi_application

from forecourt.config.bodies import LARGEST, Bounded

PIECE = b"x" * (1 << 20)


async def _status(pieces: int) -> tuple[int, int]:
    """The answer's status when so many pieces are sent, and how many were taken."""
    taken, sent = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": PIECE, "more_body": taken < pieces}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/vehicle/v1/challenge", "headers": [], "query_string": b""}
    await Bounded(get_asgi_application())(scope, receive, send)  # type: ignore[arg-type]
    return sent[0]["status"], taken


@pytest.mark.parametrize("pieces", [30, 3_000_000], ids=["large", "without end"])
async def test_a_body_that_no_address_takes_is_refused_before_it_is_all_there(pieces: int) -> None:
    assert await _status(pieces) == (413, LARGEST // len(PIECE) + 1)
