"""Compiled code is native code: only what this machine wrote itself is loaded."""

from pathlib import Path

import pytest

from sandbox.runtime import child, codecache, compiler
from sandbox.runtime.codecache import CodeCache
from sandbox.runtime.errors import ChildDiedError, ComponentRefusedError
from tests.sandbox.runtime import components

KEY = b"k" * 32


def test_kept_code_is_found_again(tmp_path: Path) -> None:
    path = CodeCache(tmp_path, key=KEY).keep(b"component", b"code")
    assert CodeCache(tmp_path, key=KEY).find(b"component") == path
    assert path.read_bytes() == b"code"


def test_unknown_component_is_not_found(tmp_path: Path) -> None:
    assert CodeCache(tmp_path, key=KEY).find(b"component") is None


def test_changed_code_is_not_found(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path, key=KEY)
    cache.keep(b"component", b"code").write_bytes(b"evil")
    assert cache.find(b"component") is None


def test_code_of_another_machine_is_not_found(tmp_path: Path) -> None:
    CodeCache(tmp_path, key=b"other" * 8).keep(b"component", b"code")
    assert CodeCache(tmp_path, key=KEY).find(b"component") is None


def test_code_of_another_component_is_not_found_under_this_name(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path, key=KEY)
    other, mine = cache.keep(b"other", b"other code"), cache.keep(b"mine", b"my code")
    for suffix in (".cwasm", ".mac"):
        mine.with_suffix(suffix).write_bytes(other.with_suffix(suffix).read_bytes())
    assert cache.find(b"mine") is None


def test_code_that_was_not_used_for_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecache, "KEPT", 2)
    cache = CodeCache(tmp_path, key=KEY)
    cache.keep(b"used again", b"code")
    cache.keep(b"forgotten", b"code")
    cache.find(b"used again")
    cache.keep(b"new", b"code")
    assert [cache.find(name) is None for name in (b"used again", b"forgotten", b"new")] == [False, True, False]
    assert len(list(tmp_path.iterdir())) == 4


def test_key_of_a_folder_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    path = CodeCache.at(folder).keep(b"component", b"code")
    assert CodeCache.at(folder).find(b"component") == path
    assert (folder / "key").stat().st_mode & 0o077 == 0


def test_key_that_another_process_made_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = CodeCache.at(tmp_path).keep(b"component", b"code")
    monkeypatch.setattr(Path, "exists", lambda _path: False)  # as both saw it
    assert CodeCache.at(tmp_path).find(b"component") == first
    assert not list(tmp_path.glob("tmp*"))


def test_component_is_compiled_once(tmp_path: Path) -> None:
    cache, wasm = CodeCache.at(tmp_path), components.bare()
    code = compiler.ready(wasm, cache)
    written = code.stat().st_ino  # a file that is written again is another file
    assert compiler.ready(wasm, cache) == code
    assert code.stat().st_ino == written


def test_code_that_was_changed_is_compiled_again(tmp_path: Path) -> None:
    cache, wasm = CodeCache.at(tmp_path), components.bare()
    code = compiler.ready(wasm, cache)
    code.write_bytes(b"evil")
    assert compiler.ready(wasm, cache).read_bytes() != b"evil"


def test_what_is_no_component_is_refused_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ComponentRefusedError) as refusal:
        compiler.ready(b"(component)", CodeCache.at(tmp_path))
    assert refusal.value.code == "INVALID"
    assert not list(tmp_path.glob("*.cwasm"))


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"ok":"yes"}'])
def test_compiler_that_was_taken_over_by_its_input_is_a_dead_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(child, "run", lambda *_message, **_options: answer)
    with pytest.raises(ChildDiedError, match="BAD_ANSWER"):
        compiler.ready(b"component", CodeCache.at(tmp_path))
    assert not list(tmp_path.glob("*.cwasm"))


@pytest.mark.slow
def test_component_that_exhausts_the_compiler_dies_with_its_child(tmp_path: Path) -> None:
    with pytest.raises(ChildDiedError) as death:
        compiler.ready(components.many_calls(500_000), CodeCache.at(tmp_path))
    assert death.value.cause in {"SIGABRT", "SIGXCPU"}
