"""The blob store: content-addressed blobs, and public files that are replaced as a whole.

A blob is written once, under the hash that was checked before; nobody ever sees half of one. Public files hold signed
metadata. `BLOB_STORE_URL` chooses: `file:///folder` or `s3://bucket/prefix?endpoint=…&region=…`.
"""

import base64
import contextlib
import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from apps_registry.errors import BadBlobNameError, BlobNotFoundError, BlobStoreUnavailableError, HashMismatchError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_URL_LIFE: Final = timedelta(minutes=15)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_PLAIN_PATH: Final = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)
_IN_MEMORY: Final = 8 << 20
_S3_CONFIG: Final = Config(
    signature_version="s3v4",
    connect_timeout=5,
    read_timeout=30,
    retries={"max_attempts": 3, "mode": "standard"},
    s3={"addressing_style": "path"},
)


class BlobStore(Protocol):
    """Keeps blobs by their SHA-256, and public files by their path."""

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Keep a blob; one that is there already stays as it is.

        Raises:
            HashMismatchError: the content is not what `sha256` says; nothing was written.
            BlobStoreUnavailableError: the store did not answer.
        """

    def open(self, sha256: str) -> IO[bytes]:
        """Open a blob for reading, or raise BlobNotFoundError."""

    def exists(self, sha256: str) -> bool:
        """Tell whether the blob is here."""

    def url(self, sha256: str, *, expires_in: timedelta) -> str | None:
        """Give an address that fetches the blob for 15 minutes at most; None where the platform serves it itself."""

    def put_public(self, path: str, content: bytes) -> None:
        """Replace a public file as a whole."""

    def read_public(self, path: str) -> bytes:
        """Read a public file, or raise BlobNotFoundError."""


def from_settings() -> BlobStore:
    """The store that the settings name."""
    return at(settings.BLOB_STORE_URL)


@cache
def at(url: str) -> BlobStore:
    """The store at an address."""
    if url.startswith("file://"):
        return FilesystemStore(Path(url.removeprefix("file://")))
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    client = boto3.client(
        "s3", endpoint_url=options.get("endpoint"), region_name=options.get("region"), config=_S3_CONFIG
    )
    return S3Store(client, bucket=parts.netloc, prefix=parts.path.strip("/"))


def checked(sha256: str, content: IO[bytes]) -> IO[bytes]:
    """Copy `content` aside while hashing it; what comes back is exactly what `sha256` names.

    Raises:
        HashMismatchError: it is something else.
    """
    digest = hashlib.sha256()
    with contextlib.ExitStack() as failing:
        copy: IO[bytes] = failing.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
        while piece := content.read(1 << 20):
            digest.update(piece)
            copy.write(piece)
        if digest.hexdigest() != sha256:
            raise HashMismatchError(f"expected {sha256}, got {digest.hexdigest()}")
        failing.pop_all()
    copy.seek(0)
    return copy


def blob_name(sha256: str) -> str:
    """Where a blob lies in any store."""
    if not _SHA256.fullmatch(sha256):
        raise BadBlobNameError(f"not a SHA-256: {sha256!r}")
    return f"blobs/{sha256[:2]}/{sha256}"


def public_name(path: str) -> str:
    """Where a public file lies in any store."""
    if not _PLAIN_PATH.fullmatch(path):
        raise BadBlobNameError(f"not a plain relative path: {path!r}")
    return f"public/{path}"


class FilesystemStore:
    """Files below one folder; a file takes its name only when it is complete and on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Keep a blob."""
        target = self._root / blob_name(sha256)
        with checked(sha256, content) as good:
            if not target.exists():
                self._write(target, good)

    def open(self, sha256: str) -> IO[bytes]:
        """Open a blob."""
        return self._open(self._root / blob_name(sha256))

    def exists(self, sha256: str) -> bool:
        """Tell whether the blob is here."""
        return (self._root / blob_name(sha256)).exists()

    def url(self, sha256: str, *, expires_in: timedelta) -> str | None:
        """Answer None: the platform serves files itself."""
        del sha256, expires_in
        return None

    def put_public(self, path: str, content: bytes) -> None:
        """Replace a public file."""
        self._write(self._root / public_name(path), io.BytesIO(content))

    def read_public(self, path: str) -> bytes:
        """Read a public file."""
        with self._open(self._root / public_name(path)) as file:
            return file.read()

    @staticmethod
    def _open(path: Path) -> IO[bytes]:
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            raise BlobNotFoundError(path.name) from error

    @staticmethod
    def _write(target: Path, content: IO[bytes]) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as part, _gone(Path(part.name)):
                shutil.copyfileobj(content, part)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(target)
        except OSError as error:
            raise BlobStoreUnavailableError(f"could not write {target.name}: {error.strerror}") from error


class S3Store:
    """Objects in a bucket of S3, or of anything that speaks its protocol."""

    def __init__(self, client: "S3Client", *, bucket: str, prefix: str = "") -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Keep a blob; the server checks the hash once more."""
        key, checksum = self._key(blob_name(sha256)), base64.b64encode(bytes.fromhex(sha256)).decode()
        with checked(sha256, content) as good, _answers(key):
            if not self.exists(sha256):
                self._client.put_object(Bucket=self._bucket, Key=key, Body=good, ChecksumSHA256=checksum)

    def open(self, sha256: str) -> IO[bytes]:
        """Open a blob; it is fetched whole, so a lost connection shows here and not half-way."""
        key = self._key(blob_name(sha256))
        with contextlib.ExitStack() as failing, _answers(key):
            file: IO[bytes] = failing.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
            self._client.download_fileobj(self._bucket, key, file)
            failing.pop_all()
        file.seek(0)
        return file

    def exists(self, sha256: str) -> bool:
        """Tell whether the blob is here."""
        key = self._key(blob_name(sha256))
        try:
            with _answers(key):
                self._client.head_object(Bucket=self._bucket, Key=key)
        except BlobNotFoundError:
            return False
        return True

    def url(self, sha256: str, *, expires_in: timedelta) -> str | None:
        """Sign an address that fetches the blob for 15 minutes at most."""
        where = {"Bucket": self._bucket, "Key": self._key(blob_name(sha256))}
        life = int(min(expires_in, MAX_URL_LIFE).total_seconds())
        return self._client.generate_presigned_url("get_object", Params=where, ExpiresIn=life)

    def put_public(self, path: str, content: bytes) -> None:
        """Replace a public file."""
        key = self._key(public_name(path))
        with _answers(key):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def read_public(self, path: str) -> bytes:
        """Read a public file."""
        key = self._key(public_name(path))
        with _answers(key):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name


@contextlib.contextmanager
def _gone(path: Path) -> Iterator[None]:
    """Leave nothing at `path`, however the block ends."""
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _answers(key: str) -> Iterator[None]:
    """Name what S3 answers in the registry's own words."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            raise BlobNotFoundError(key.rpartition("/")[2]) from error
        raise BlobStoreUnavailableError(f"S3 answered {error.response['Error']['Code']}") from error
    except BotoCoreError as error:
        raise BlobStoreUnavailableError(str(error)) from error
