"""The key ceremony and the roots that go into head units."""

import json
import stat
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import Metadata, Root

from forecourt.delivery import ceremony
from forecourt.delivery.errors import KeyMissingError, KeysIncompleteError
from forecourt.delivery.keys import FILES, Keyring
from tests.delivery.factories import NOW


def test_a_second_ceremony_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    call_command("keys", "init")
    before = {path: path.read_bytes() for path in settings.KEYS_DIR.rglob("*.*")}
    call_command("keys", "init")
    assert {path: path.read_bytes() for path in settings.KEYS_DIR.rglob("*.*")} == before


def test_private_keys_are_for_their_owner_alone(key_folder: Path) -> None:
    modes = {stat.S_IMODE((key_folder / name).stat().st_mode) for name in FILES.values()}
    assert modes == {0o600}


def test_a_folder_with_something_else_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path
    (tmp_path / "diary.txt").touch()
    with pytest.raises(CommandError, match="neither empty nor complete"):
        call_command("keys", "init")
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_half_a_set_of_keys_is_named(tmp_path: Path) -> None:
    ceremony.init(tmp_path / "keys", now=NOW)
    (tmp_path / "keys/public/image/1.targets.json").unlink()
    with pytest.raises(KeysIncompleteError, match=r"1\.targets\.json"):
        ceremony.init(tmp_path / "keys", now=NOW)


def test_roots_for_head_units_are_exported(ring: Keyring, tmp_path: Path) -> None:
    call_command("keys", "export-roots", str(tmp_path))
    assert (tmp_path / "director.root.json").read_bytes() == ring.public("director", "1.root.json")
    assert (tmp_path / "image.root.json").read_bytes() == ring.public("image", "1.root.json")


def test_exporting_before_a_ceremony_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path / "nothing"
    with pytest.raises(CommandError, match=r"manage\.py keys init"):
        call_command("keys", "export-roots", str(tmp_path))


def test_two_of_three_root_keys_are_needed(ring: Keyring) -> None:
    document = json.loads(ring.public("image", "1.root.json"))
    root = Metadata[Root].from_dict(document)
    root.signatures = dict(list(root.signatures.items())[:1])
    with pytest.raises(UnsignedMetadataError):
        root.verify_delegate("root", root)


def test_the_repositories_share_no_key(ring: Keyring) -> None:
    roots = [Metadata[Root].from_bytes(ring.public(name, "1.root.json")).signed for name in ("image", "director")]
    assert not set(roots[0].keys) & set(roots[1].keys)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="approval"):
        Keyring(tmp_path).signer("approval")
