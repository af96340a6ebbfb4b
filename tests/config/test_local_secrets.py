"""Secrets are made once, privately, and then stay."""

import os
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from forecourt.config import local_secrets


def test_secrets_are_made_once_and_are_private(tmp_path: Path) -> None:
    first = local_secrets.load(tmp_path / "local")
    assert local_secrets.load(tmp_path / "local") == first
    assert (tmp_path / "local" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_the_first_of_two_starts_wins(tmp_path: Path) -> None:
    first = local_secrets.load(tmp_path)
    local_secrets._write_once(tmp_path / "secrets.json", {"SECRET_KEY": "late"})
    assert local_secrets.load(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_the_vin_key_opens_what_it_closed(tmp_path: Path) -> None:
    box = Fernet(local_secrets.load(tmp_path)["VIN_KEY"])
    assert box.decrypt(box.encrypt(b"WMRUN0AA2T0000001")) == b"WMRUN0AA2T0000001"


def test_a_site_with_half_of_its_secrets_does_not_start() -> None:
    environment = {"SECRET_KEY": "given", "VIN_KEY": "given", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", "import forecourt.config.settings"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Set the HASH_KEY environment variable" in ended.stderr  # VINs and codes would be hashed without a key
