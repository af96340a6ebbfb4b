"""The sample app, built and signed once; compilers are slow, so their work is kept by the hash of what went in."""

from pathlib import Path
from typing import Final

import pytest

from sandbox.samples import toolchain

ROOT: Final = Path(__file__).resolve().parents[3]
SAMPLE: Final = ROOT / "sandbox" / "samples" / "smart_charging"
CACHE: Final = ROOT / ".local" / "cache"


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "publisher.key"
    toolchain.keygen(path)
    return path


@pytest.fixture(scope="session")
def bundle(key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundles") / "smart-charging.zip"
    return toolchain.build(SAMPLE, key=key, out=out, cache=CACHE / "build")
