"""The house's own rules that no linter knows."""

import platform
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_platform_is_a_source_root_and_not_a_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.__file__ == f"{sysconfig.get_path('stdlib')}/platform.py"
    assert (ROOT / "tests" / "__init__.py").exists()
