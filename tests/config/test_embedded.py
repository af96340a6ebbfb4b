"""Embedded services start on a disk with room, and heal what a kill left behind."""

import json
import os
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from redis import Redis

from forecourt.config import embedded


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1 << 40, 1 << 40, 5 << 20))
    with pytest.raises(embedded.NoSpaceError, match="5 MiB free") as refused:
        embedded.start_postgres(tmp_path / "postgres")
    assert "FORECOURT_LOCAL" in refused.value.resolution
    assert not (tmp_path / "postgres").exists()


def test_killed_users_of_a_cluster_are_forgotten(tmp_path: Path) -> None:
    users = tmp_path / "users.json"
    users.write_text(json.dumps([os.getpid(), 2**22 + 1]))
    embedded._forget_the_dead(users)
    assert json.loads(users.read_text()) == [os.getpid()]


def test_a_server_that_a_killed_process_left_behind_is_ended(tmp_path: Path) -> None:
    orphan = embedded.start_valkey(tmp_path)
    process = psutil.Process(orphan._process.pid)
    server = embedded.start_valkey(tmp_path)
    assert not process.is_running()
    assert Redis(port=server.port).ping()
    server.stop()
