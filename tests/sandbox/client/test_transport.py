"""HTTP to a platform that is slow, or is not the platform at all."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tuf.api.exceptions import DownloadError
from typing_extensions import override

from sandbox.client import transport
from sandbox.client.errors import PlatformUnavailableError
from sandbox.client.identity import Identity
from tests.sandbox.client.test_identity import FACTS


class Dripping(httpx.SyncByteStream):
    """A file that comes byte by byte."""

    @override
    def __iter__(self) -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.01)
            yield b"."


def platform(tmp_path: Path, answer: httpx.Response) -> transport.Platform:
    """A platform that always says the same."""
    network = httpx.MockTransport(lambda _request: answer)
    return transport.Platform("http://platform", identity=Identity.at(tmp_path, FACTS), transport=network)


def test_a_file_that_drips_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "WHOLE_FILE", 0.1)
    slow = platform(tmp_path, httpx.Response(200, stream=Dripping()))
    with pytest.raises(DownloadError, match="not complete"):
        b"".join(slow.fetch("http://platform/file", as_vehicle=False))


@pytest.mark.parametrize("answer", [{}, [], "hello", {"challenge": 7}, {"challenge": "c", "token": "t"}], ids=str)
def test_somebody_else_who_answers_is_named(tmp_path: Path, answer: object) -> None:
    with pytest.raises(PlatformUnavailableError, match="Something else"):
        platform(tmp_path, httpx.Response(200, json=answer)).sign_in()
