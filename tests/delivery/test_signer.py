"""The approval key: what it signs, what it refuses, and the process that holds it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings
from tuf.api.metadata import Metadata, Targets

from apps_registry.models import Release, Review
from forecourt.delivery import tasks
from forecourt.delivery.approval import KeyHolder, path_of
from forecourt.delivery.errors import ApprovalRefusedError, SignerRunsError, SignerUnavailableError
from forecourt.delivery.keys import Keyring
from forecourt.delivery.repository import bin_of
from forecourt.delivery.signer import SignerServer, SocketSigner
from tests import factories
from tests.delivery.factories import NOW, approve, submitted

ROOT = Path(__file__).resolve().parents[2]


def sign(approval: KeyHolder, release: Release, *, bin_name: str = "") -> dict[str, bytes]:
    return approval.sign_bins({bin_name or bin_of(path_of(release)): [release.pk]}, version=1, now=NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("blobs")
class TestWhatItSigns:
    def test_a_release_that_somebody_else_approved(self, approval: KeyHolder) -> None:
        release = approve(submitted())
        (signed,) = sign(approval, release).values()
        target = Metadata[Targets].from_bytes(signed).signed.targets[path_of(release)]
        assert target.hashes == {"sha256": release.bundle_id}

    def test_not_a_release_without_a_review(self, approval: KeyHolder) -> None:
        with pytest.raises(ApprovalRefusedError, match="no approving review"):
            sign(approval, submitted())

    def test_not_a_release_whose_status_alone_says_approved(self, approval: KeyHolder) -> None:
        release = submitted()
        Release.objects.filter(pk=release.pk).update(status="approved")
        with pytest.raises(ApprovalRefusedError, match="no approving review"):
            sign(approval, release)

    def test_not_a_release_that_was_withdrawn(self, approval: KeyHolder) -> None:
        release = approve(submitted())
        Release.objects.filter(pk=release.pk).update(status="withdrawn")
        with pytest.raises(ApprovalRefusedError, match="no approving review"):
            sign(approval, release)

    def test_not_a_release_that_its_submitter_reviewed(self, approval: KeyHolder) -> None:
        release = approve(submitted())
        Review.objects.update(reviewer=release.submitted_by)
        with pytest.raises(ApprovalRefusedError, match="own submitter"):
            sign(approval, release)

    def test_not_a_release_outside_its_publishers_namespace(self, approval: KeyHolder) -> None:
        release = approve(submitted(manifest=factories.manifest(publisher="somebody-else", version="1.0.1")))
        with pytest.raises(ApprovalRefusedError, match="namespace"):
            sign(approval, release)

    def test_not_a_release_under_a_revoked_publisher_key(self, approval: KeyHolder) -> None:
        release = approve(submitted())
        type(release.publisher_key).objects.update(revoked_at=NOW)
        with pytest.raises(ApprovalRefusedError, match="key is not good"):
            sign(approval, release)

    def test_not_a_release_in_a_bin_where_it_does_not_belong(self, approval: KeyHolder) -> None:
        release = approve(submitted())
        wrong = "bins-00" if bin_of(path_of(release)) != "bins-00" else "bins-01"
        with pytest.raises(ApprovalRefusedError, match="does not belong"):
            sign(approval, release, bin_name=wrong)

    def test_not_a_release_that_does_not_exist(self, approval: KeyHolder) -> None:
        with pytest.raises(ApprovalRefusedError, match="no such release"):
            approval.sign_bins({"bins-00": [uuid4()]}, version=1, now=NOW)


@pytest.fixture
def server(tmp_path: Path, approval: KeyHolder) -> Iterator[SignerServer]:
    """A signer in a thread; it has no database session and so signs empty bins only."""
    server = SignerServer(tmp_path / "signer.sock", approval)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class TestSocket:
    def test_only_its_own_user_reaches_it(self, server: SignerServer, tmp_path: Path) -> None:
        del server
        assert (tmp_path / "signer.sock").stat().st_mode & 0o077 == 0

    def test_a_second_signer_does_not_push_the_first_away(
        self, server: SignerServer, tmp_path: Path, approval: KeyHolder
    ) -> None:
        del server
        with pytest.raises(SignerRunsError):
            SignerServer(tmp_path / "signer.sock", approval)

    def test_the_file_of_a_killed_signer_is_replaced(self, tmp_path: Path, approval: KeyHolder) -> None:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(tmp_path / "signer.sock"))
        SignerServer(tmp_path / "signer.sock", approval).server_close()
        assert not (tmp_path / "signer.sock").exists()

    def test_a_path_longer_than_the_kernel_allows_works(self, tmp_path: Path, approval: KeyHolder) -> None:
        path = tmp_path / ("long" * 30) / "signer.sock"
        server = SignerServer(path, approval)
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        assert list(SocketSigner(path).sign_bins({"bins-00": []}, version=1, now=NOW)) == ["bins-00"]
        thread.join()
        server.server_close()

    def test_nonsense_is_answered_and_survived(self, server: SignerServer) -> None:
        assert "malformed" in server.answer(b"{nonsense").refused
        assert "version" in server.answer(b'{"version":0,"bins":{}}').refused

    def test_nobody_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SignerUnavailableError):
            SocketSigner(tmp_path / "signer.sock").sign_bins({}, version=1, now=NOW)


@pytest.fixture
def process(settings: Settings, ring: Keyring, transactional_db: None) -> Iterator[subprocess.Popen[str]]:
    """`manage.py signer`, as it runs in production, on the test's database."""
    del ring, transactional_db
    name = connection.settings_dict["NAME"]
    base = os.environ["DATABASE_URL"].replace(os.environ["DATABASE_URL"].partition("@/")[2].partition("?")[0], name)
    settings.SIGNER_SOCKET = str(Path(settings.KEYS_DIR).parent / "signer.sock")
    environment = os.environ | {
        "KEYS_DIR": str(settings.KEYS_DIR),
        "SIGNER_SOCKET": settings.SIGNER_SOCKET,
        "DATABASE_URL": base,
        "DJANGO_SETTINGS_MODULE": "forecourt.config.settings",
    }
    child = subprocess.Popen(
        [sys.executable, "manage.py", "signer"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    yield child
    child.terminate()
    child.wait()
    child.stdout.close()


@pytest.mark.slow
class TestProcess:
    def test_it_publishes_what_was_approved(self, process: subprocess.Popen[str], blobs: Path) -> None:
        release = approve(submitted())
        tasks.publish_images()
        release.refresh_from_db()
        assert release.status == "published"
        assert (blobs / "public/metadata/image/timestamp.json").exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0

    def test_it_refuses_what_was_not(self, process: subprocess.Popen[str], blobs: Path, settings: Settings) -> None:
        del process, blobs
        release = submitted()
        Release.objects.filter(pk=release.pk).update(status="approved")
        asked = {bin_of(path_of(release)): [release.pk]}
        with pytest.raises(ApprovalRefusedError, match="no approving review"):
            SocketSigner(Path(settings.SIGNER_SOCKET)).sign_bins(asked, version=1, now=NOW)


def test_a_signer_without_its_key_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR, settings.SIGNER_SOCKET = tmp_path / "nothing", str(tmp_path / "signer.sock")
    with pytest.raises(CommandError, match=r"manage\.py keys init"):
        call_command("signer")
