"""One contract, three blob stores: memory, a folder, and S3 over HTTP."""

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest
from django.test import override_settings
from moto.server import ThreadedMotoServer
from typing_extensions import override

from apps_registry import storage
from apps_registry.errors import BadBlobNameError, BlobNotFoundError, BlobStoreUnavailableError, HashMismatchError
from apps_registry.storage import BlobStore, FilesystemStore
from tests.fakes import MemoryStore

CONTENT = b"a bundle" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a bucket on a local server that speaks S3."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="blobs")
        yield f"s3://blobs/{{prefix}}?endpoint={endpoint}&region=us-east-1"
        server.stop()


@pytest.fixture(params=["memory", "filesystem", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """Each store in turn, empty."""
    if request.param == "memory":
        return MemoryStore()
    if request.param == "filesystem":
        return storage.at(f"file://{tmp_path}/a b")
    return storage.at(str(request.getfixturevalue("s3")).format(prefix=tmp_path.name))


def test_a_blob_comes_back_as_it_was_put(store: BlobStore) -> None:
    assert not store.exists(SHA256)
    store.put(SHA256, io.BytesIO(CONTENT))
    assert store.exists(SHA256)
    with store.open(SHA256) as file:
        assert file.read() == CONTENT


def test_putting_a_blob_twice_changes_nothing(store: BlobStore) -> None:
    store.put(SHA256, io.BytesIO(CONTENT))
    store.put(SHA256, io.BytesIO(CONTENT))
    with store.open(SHA256) as file:
        assert file.read() == CONTENT


def test_content_under_a_wrong_hash_is_refused_and_not_kept(store: BlobStore) -> None:
    with pytest.raises(HashMismatchError):
        store.put(SHA256, io.BytesIO(CONTENT + b"!"))
    assert not store.exists(SHA256)


def test_a_missing_blob_has_a_name_for_it(store: BlobStore) -> None:
    with pytest.raises(BlobNotFoundError):
        store.open("0" * 64)


@pytest.mark.parametrize("name", ["", "abc", "A" * 64, "../" + "0" * 61, "0" * 65, "0" * 63 + "\n"])
def test_what_is_not_a_hash_names_no_blob(store: BlobStore, name: str) -> None:
    for act in (store.exists, store.open):
        with pytest.raises(BadBlobNameError):
            act(name)
    with pytest.raises(BadBlobNameError):
        store.put(name, io.BytesIO(CONTENT))


def test_a_public_file_is_replaced_as_a_whole(store: BlobStore) -> None:
    store.put_public("metadata/image/timestamp.json", b"first, and longer")
    store.put_public("metadata/image/timestamp.json", b"second")
    assert store.read_public("metadata/image/timestamp.json") == b"second"
    with pytest.raises(BlobNotFoundError):
        store.read_public("metadata/image/1.root.json")


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../blobs/x", "a/../b", "a//b", "a\\b", ".hidden", "a/", "a\n", "ü"]
)
def test_a_path_that_could_lead_elsewhere_is_refused(store: BlobStore, path: str) -> None:
    with pytest.raises(BadBlobNameError):
        store.put_public(path, b"x")
    with pytest.raises(BadBlobNameError):
        store.read_public(path)


def test_a_signed_address_fetches_the_blob_for_fifteen_minutes_at_most(s3: str) -> None:
    bucket = storage.at(s3.format(prefix="signed"))
    bucket.put(SHA256, io.BytesIO(CONTENT))
    url = bucket.url(SHA256, expires_in=timedelta(days=7))
    assert url is not None
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["900"]
    assert httpx.get(url).content == CONTENT


def test_a_folder_and_memory_have_no_address(tmp_path: Path) -> None:
    for local in (FilesystemStore(tmp_path), MemoryStore()):
        assert local.url(SHA256, expires_in=timedelta(minutes=1)) is None


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(BlobStoreUnavailableError):
        FilesystemStore(tmp_path).put(SHA256, io.BytesIO(CONTENT))
    assert [path.name for path in tmp_path.rglob("*")] == ["blobs"]


def test_a_write_cut_short_leaves_no_part(tmp_path: Path) -> None:
    class Torn(io.BytesIO):
        @override
        def read(self, size: int | None = -1, /) -> bytes:
            del size
            raise OSError(5, "torn")

    with pytest.raises(BlobStoreUnavailableError, match="torn"):
        FilesystemStore._write(tmp_path / "public" / "x", Torn())
    assert not list((tmp_path / "public").iterdir())


def test_a_bucket_that_is_not_there_is_the_stores_fault(s3: str) -> None:
    elsewhere = storage.at(s3.format(prefix="x").replace("s3://blobs", "s3://nowhere"))
    with pytest.raises(BlobStoreUnavailableError):
        elsewhere.put_public("x", b"x")


def test_a_store_that_does_not_answer_is_named(s3: str) -> None:
    del s3  # only its credentials
    silent = storage.at("s3://blobs/x?endpoint=http://127.0.0.1:9&region=us-east-1")
    with pytest.raises(BlobStoreUnavailableError):
        silent.read_public("x")


def test_the_settings_name_the_store(tmp_path: Path) -> None:
    with override_settings(BLOB_STORE_URL=f"file://{tmp_path}"):
        storage.from_settings().put_public("x", b"x")
    assert (tmp_path / "public" / "x").read_bytes() == b"x"
