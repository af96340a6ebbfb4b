"""Secrets of this checkout, made at first use and kept outside the repository."""

import json
import os
import secrets
from pathlib import Path


def load(folder: Path) -> dict[str, str]:
    """Read the secrets in `folder`, making them first if they are missing.

    Returns:
        `SECRET_KEY`, `VIN_KEY` (32 bytes, URL-safe base 64) and `HASH_KEY`.
    """
    path = folder / "secrets.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write_once(path, _fresh())
    values: dict[str, str] = json.loads(path.read_text())
    return values


def _fresh() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VIN_KEY": _fernet_key(),
        "HASH_KEY": secrets.token_hex(32),
    }


def _fernet_key() -> str:
    return secrets.token_urlsafe(32) + "="


def _write_once(path: Path, values: dict[str, str]) -> None:
    """Write through a private temporary name, so that two first starts agree on one file."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(values))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
