"""The signer process and its client: one request and one answer, a JSON line each, over a unix socket.

The socket file may be left over from a killed signer: a new one takes its place, unless somebody still answers there.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from socketserver import StreamRequestHandler, UnixStreamServer
from typing import Annotated, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import close_old_connections
from typing_extensions import override

from forecourt.delivery.approval import ApprovalSigner, Bins, KeyHolder
from forecourt.delivery.errors import ApprovalRefusedError, DeliveryError, SignerRunsError, SignerUnavailableError

MAX_LINE: Final = 64 << 20
TIMEOUT: Final = 30.0
_LONGEST_ADDRESS: Final = 100  # the kernel's limit is 108 bytes


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """Sign these bins, each listing exactly these releases."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    bins: dict[str, list[UUID]]


class Answer(msgspec.Struct):
    """The signed files by bin name, or why nothing was signed."""

    bins: dict[str, bytes] = {}
    refused: str = ""


class SocketSigner:
    """Asks the signer process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sign_bins(self, bins: Bins, *, version: int, now: datetime) -> dict[str, bytes]:
        """Have the bins signed; the signer counts their life from its own clock."""
        del now
        line = msgspec.json.encode(Request(version=version, bins=dict(bins)))
        try:
            answer = msgspec.json.decode(self._ask(line), type=Answer)
        except (OSError, msgspec.DecodeError) as error:
            raise SignerUnavailableError from error
        if answer.refused:
            raise ApprovalRefusedError(answer.refused)
        return answer.bins

    def _ask(self, line: bytes) -> bytes:
        with _connected(self._path) as connection, connection.makefile("rb") as answers:
            connection.sendall(line + b"\n")
            return answers.readline(MAX_LINE)


class _Handler(StreamRequestHandler):
    """One request of one caller."""

    timeout = TIMEOUT

    @override
    def handle(self) -> None:
        assert isinstance(self.server, SignerServer)  # noqa: S101 - made by it
        with contextlib.suppress(OSError):  # the caller may be gone
            line = self.rfile.readline(MAX_LINE)
            if line:
                self.wfile.write(msgspec.json.encode(self.server.answer(line)) + b"\n")


class SignerServer(UnixStreamServer):
    """Listens on a socket that only its own user can reach."""

    def __init__(self, path: Path, signer: KeyHolder) -> None:
        self._signer = signer
        self._path = path
        take_over(path)
        with _address(path) as address:
            super().__init__(address, _Handler, bind_and_activate=False)
            before = os.umask(0o177)
            try:
                self.server_bind()
            finally:
                os.umask(before)
        self.server_activate()

    def answer(self, line: bytes) -> Answer:
        """Sign, or say why not; a broken request or database never ends the process."""
        close_old_connections()
        try:
            asked = msgspec.json.decode(line, type=Request)
            return Answer(bins=self._signer.sign_bins(asked.bins, version=asked.version, now=datetime.now(UTC)))
        except (DeliveryError, msgspec.DecodeError) as error:
            return Answer(refused=str(error))

    @override
    def server_close(self) -> None:
        """Stop listening and take the socket's file away."""
        super().server_close()
        self._path.unlink(missing_ok=True)


def from_settings() -> ApprovalSigner:
    """The signer that the settings name."""
    return SocketSigner(Path(settings.SIGNER_SOCKET))


def take_over(path: Path) -> None:
    """Remove the socket file of a signer that is gone.

    Raises:
        SignerRunsError: somebody answers there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return
    try:
        with _connected(path):
            pass
    except OSError:
        path.unlink(missing_ok=True)
    else:
        raise SignerRunsError


@contextlib.contextmanager
def _connected(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as connection, _address(path) as address:
        connection.settimeout(TIMEOUT)
        connection.connect(address)
        yield connection


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """The path, or a short way to it where the kernel finds it too long."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
