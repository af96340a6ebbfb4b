"""In-memory twins of the ports; each passes the same tests as the real adapters."""

import io
from datetime import timedelta
from typing import IO

from apps_registry import storage
from apps_registry.errors import BlobNotFoundError


class MemoryStore:
    """A blob store that forgets."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Keep a blob."""
        name = storage.blob_name(sha256)
        with storage.checked(sha256, content) as good:
            self.files.setdefault(name, good.read())

    def open(self, sha256: str) -> IO[bytes]:
        """Open a blob."""
        return io.BytesIO(self._read(storage.blob_name(sha256)))

    def exists(self, sha256: str) -> bool:
        """Tell whether the blob is here."""
        return storage.blob_name(sha256) in self.files

    def url(self, sha256: str, *, expires_in: timedelta) -> str | None:
        """Answer None: memory has no address."""
        del sha256, expires_in
        return None

    def put_public(self, path: str, content: bytes) -> None:
        """Replace a public file."""
        self.files[storage.public_name(path)] = content

    def read_public(self, path: str) -> bytes:
        """Read a public file."""
        return self._read(storage.public_name(path))

    def _read(self, name: str) -> bytes:
        if name not in self.files:
            raise BlobNotFoundError(name)
        return self.files[name]
