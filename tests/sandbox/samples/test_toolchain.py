"""The developer's tool chain: keys, sources, clear refusals."""

import shutil
from pathlib import Path

import pytest

from sandbox.samples import toolchain
from sandbox.samples.toolchain import ToolchainError
from sandbox.wire.errors import WireError
from tests.sandbox.samples.conftest import SAMPLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample that a test may spoil."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stands for the compiler, which takes seconds; counts its calls."""
    calls: list[int] = []

    def compile_nothing(*_world: object, **_package: object) -> bytes:
        calls.append(1)
        return b"component"

    monkeypatch.setattr(toolchain, "_compile", compile_nothing)
    return calls


def test_key_is_private_and_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "key"
    assert toolchain.main(["keygen", str(path)]) == 0
    assert len(capsys.readouterr().out.strip()) == 64
    assert path.stat().st_mode & 0o077 == 0
    assert toolchain.main(["keygen", str(path)]) == 1
    assert "never written over" in capsys.readouterr().err


def test_only_the_modules_that_the_app_imports_go_into_the_component() -> None:
    assert sorted(toolchain.sources(SAMPLE)) == ["app", "card", "plan"]


def test_module_that_is_imported_by_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from . import helper\n")
    (tmp_path / "helper.py").write_text("from .app import x\n")
    assert sorted(toolchain.sources(tmp_path)) == ["app", "helper"]


def test_same_source_is_compiled_once(folder: Path, key: Path, stub: list[int], tmp_path: Path) -> None:
    out, cache = tmp_path / "app.zip", tmp_path / "cache"
    first = toolchain.build(folder, key=key, out=out, cache=cache).read_bytes()
    (folder / "cloud.py").write_text("# not part of the component\n")
    assert toolchain.build(folder, key=key, out=out, cache=cache).read_bytes() == first
    assert len(stub) == 1
    (folder / "plan.py").write_text("# another plan\n")
    toolchain.build(folder, key=key, out=out, cache=cache)
    assert len(stub) == 2


def test_missing_module_is_named(folder: Path) -> None:
    (folder / "plan.py").unlink()
    with pytest.raises(ToolchainError, match=r"plan\.py: No such file"):
        toolchain.sources(folder)


def test_line_that_is_no_python_is_named(folder: Path) -> None:
    (folder / "app.py").write_text("x = 1\ny = (\n")
    with pytest.raises(ToolchainError, match=r"app\.py, line 2"):
        toolchain.sources(folder)


def test_wrong_key_is_refused(folder: Path, stub: list[int], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("not a key")
    with pytest.raises(WireError):
        toolchain.build(folder, key=tmp_path / "key", out=tmp_path / "app.zip", cache=None)
    assert stub
    assert not (tmp_path / "app.zip").exists()


def test_command_line_reports_an_error_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["build", str(tmp_path), "--key", str(tmp_path / "key"), "--out", str(tmp_path / "app.zip")]
    assert toolchain.main(arguments) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_what_a_compiler_complains_about_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"wasm-tools refused the app:\n.*nothing\.wit"):
        toolchain._run("wasm-tools", ["component", "wit", str(tmp_path / "nothing.wit")], work=tmp_path)


def test_missing_compiler_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="no-such-tool did not run"):
        toolchain._run("no-such-tool", [], work=tmp_path)
