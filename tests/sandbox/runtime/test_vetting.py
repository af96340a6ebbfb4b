"""Vetting real components in real children: what it sees, and what it refuses."""

from pathlib import Path

import pytest

from sandbox.runtime import child, compiler, vetting
from sandbox.runtime.errors import ChildDiedError
from tests.sandbox.runtime import components
from tests.sandbox.runtime.components import LOOP, OK, bare, component, reads, shows, shows_if_readable
from tests.sandbox.runtime.manifests import SPEED, manifest_of

ROWS = vetting.drive_rows(40)
ASKS_SPEED = manifest_of(SPEED)
REFUSED = {
    "endless loop": (component(LOOP), "run.out-of-fuel"),
    "undeclared import": (component(around=components.SOCKETS), "component.undeclared-import"),
    "trap": (component("unreachable"), "run.stopped"),
    "more memory than the manifest says": (component(memory=2000), "run.memory"),
    "other types": (bare(handle='(param "a" u32) (param "b" u32) (result u32)'), "component.wrong-types"),
    "no component": (b"\0asm\x01\0\0\0", "component.invalid"),
    "card with too much in it": (shows(card='{"title":"' + "x" * 99 + '"}'), "card.refused"),
    "card with a number that is none": (shows(card='{"title":"a","progress":NaN}'), "card.refused"),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("code")


@pytest.mark.parametrize(("wasm", "rule"), REFUSED.values(), ids=REFUSED)
def test_app_is_refused_for(cache: Path, wasm: bytes, rule: str) -> None:
    found = vetting.findings(vetting.vet(wasm, ASKS_SPEED, ROWS, cache=cache), ASKS_SPEED)
    assert found[0].severity == "error"
    assert rule in {finding.rule for finding in found}
    assert all(finding.text and finding.hint for finding in found if finding.severity == "error")


def test_component_that_imports_too_much_is_never_compiled(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "ready", lambda *_component: pytest.fail("it was compiled"))
    (finding,) = vetting.findings(vetting.vet(reads(), manifest_of(), ROWS, cache=cache), manifest_of())
    assert (finding.rule, finding.evidence["stage"]) == ("component.undeclared-import", "contract")
    assert "vehicle:app/signals@1.0.0" in finding.text


def test_component_that_does_not_export_the_handler_is_told_so(cache: Path) -> None:
    wasm = bare(export="main")
    (finding,) = vetting.findings(vetting.vet(wasm, ASKS_SPEED, ROWS, cache=cache), ASKS_SPEED)
    assert (finding.rule, "missing export named `handle`" in finding.text) == ("component.invalid", True)


def test_well_behaved_app_passes_with_notes_only(cache: Path) -> None:
    report = vetting.vet(shows_if_readable(), ASKS_SPEED, ROWS[:1], cache=cache)
    assert (report.ticks, report.card_count, report.cards) == (1, 1, (components.CARD,))
    assert report.deterministic
    assert {finding.severity for finding in vetting.findings(report, ASKS_SPEED)} == {"note"}


def test_signal_that_was_not_asked_for_is_reported_with_its_path(cache: Path) -> None:
    report = vetting.vet(reads("Vehicle.CurrentLocation.Latitude"), ASKS_SPEED, ROWS, cache=cache)
    assert report.denied == {"Vehicle.CurrentLocation.Latitude": len(ROWS)}
    assert "run.undeclared-signal" in {finding.rule for finding in vetting.findings(report, ASKS_SPEED)}


def test_card_that_changes_with_every_second_of_a_drive_is_reported(cache: Path) -> None:
    report = vetting.vet(shows(), ASKS_SPEED, vetting.drive_rows(120), cache=cache)
    assert report.hurried > 20
    assert "card.hurried" in {finding.rule for finding in vetting.findings(report, ASKS_SPEED)}


def test_surface_without_a_card_is_reported(cache: Path) -> None:
    report = vetting.vet(component(OK), ASKS_SPEED, ROWS, cache=cache)
    assert "card.none" in {finding.rule for finding in vetting.findings(report, ASKS_SPEED)}


def test_vetting_without_a_cache_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert not vetting.vet(bare(), manifest_of(), ROWS, cache=None).stopped
    assert not list(tmp_path.iterdir())


def test_component_that_the_compiler_dies_of_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_message: object, **_options: object) -> bytes:
        raise ChildDiedError(cause="SIGABRT")

    monkeypatch.setattr(child, "run", dies)
    report = vetting.vet(components.bare("(i32.const 24)"), ASKS_SPEED, ROWS, cache=cache)
    (finding,) = vetting.findings(report, ASKS_SPEED)
    assert (finding.rule, finding.severity) == ("component.too-costly", "error")
    assert finding.evidence["code"] == "SIGABRT"


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"stopped": 7}', b'{"surprise": true}', b'{"ticks": -1}'])
def test_child_that_was_taken_over_cannot_pass_its_app(
    cache: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    vetting.vet(bare(), ASKS_SPEED, [], cache=cache)  # compiles, so that only the replay says something below
    monkeypatch.setattr(child, "run", lambda *_message, **_options: answer)
    report = vetting.vet(bare(), ASKS_SPEED, ROWS, cache=cache)
    assert vetting.findings(report, ASKS_SPEED)[0].severity == "error"
