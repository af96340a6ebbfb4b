"""Where the demo finds and keeps things."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[4]
SAMPLE: Final = ROOT / "sandbox" / "samples" / "smart_charging"


def local() -> Path:
    """The folder of the embedded services, logs and cars: FORECOURT_LOCAL, or `.local` in the checkout."""
    return Path(os.environ.get("FORECOURT_LOCAL", ROOT / ".local"))


def cache() -> Path:
    """The folder of what was built and compiled before: FORECOURT_CACHE, or beside the rest."""
    return Path(os.environ.get("FORECOURT_CACHE", local() / "cache"))
