"""Which report gives which finding."""

from typing import Any

import pytest

from sandbox.runtime.findings import Finding, findings
from sandbox.runtime.messages import Report
from tests.sandbox.runtime.manifests import SPEED, manifest_of

DOOR = "actuate:Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging"
IMPORTS = ("vehicle:app/log@1.0.0", "vehicle:app/signals@1.0.0", "vehicle:app/ui@1.0.0")
GOOD: dict[str, Any] = {
    "imports": IMPORTS,
    "ticks": 10,
    "used": {"Vehicle.Speed": 10},
    "card_count": 1,
    "cards": ('{"title":"a"}',),
}
FLAWS = {
    "one import too many": ({"imports": (*IMPORTS, "wasi:io/poll")}, "component.undeclared-import", "error"),
    "stopped by its fuel": ({"stopped": "OUT_OF_FUEL", "stage": "run"}, "run.out-of-fuel", "error"),
    "stopped by the clock": ({"stopped": "DEADLINE", "stage": "run"}, "run.deadline", "error"),
    "stopped by its table": ({"stopped": "TABLE_LIMIT", "stage": "run"}, "run.memory", "error"),
    "unknown function": ({"stopped": "UNKNOWN_IMPORT", "stage": "run"}, "component.unknown-import", "error"),
    "killed in the replay": ({"stopped": "SIGSYS", "stage": "run"}, "run.stopped", "error"),
    "killed in the compiler": ({"stopped": "SIGXCPU", "stage": "compile"}, "component.too-costly", "error"),
    "broken": ({"stopped": "INVALID", "stage": "compile"}, "component.invalid", "error"),
    "unlawful card": ({"cards": ('{"title": 1}',)}, "card.refused", "error"),
    "undeclared signal": ({"denied": {"Vehicle.Cabin": 3}}, "run.undeclared-signal", "warning"),
    "errors of its own": ({"errors": ((3, "no price"),), "error_count": 1}, "run.app-errors", "warning"),
    "hurry": ({"hurried": 4}, "card.hurried", "warning"),
    "no card": ({"card_count": 0, "cards": ()}, "card.none", "warning"),
    "two replays that differ": ({"deterministic": False}, "run.not-deterministic", "warning"),
    "unused permission": ({"used": {}}, "run.unused-permission", "note"),
    "unused interface": ({"imports": IMPORTS[:2]}, "component.unused-permission", "note"),
}  # fmt: skip


def found(*scopes: str, **flaw: Any) -> dict[str, Finding]:
    """The findings on a good report with one flaw, by rule."""
    return {finding.rule: finding for finding in findings(Report(**GOOD | flaw), manifest_of(*scopes))}


def test_good_report_gives_one_note_about_effort() -> None:
    note = found(SPEED, fuel_max=2_500_000)
    assert list(note) == ["run.effort"]
    assert "50 %" in note["run.effort"].text


@pytest.mark.parametrize(("flaw", "rule", "severity"), FLAWS.values(), ids=FLAWS)
def test_report_gives_a_finding_for(flaw: dict[str, Any], rule: str, severity: str) -> None:
    finding = found(SPEED, **flaw)[rule]
    assert finding.severity == severity
    assert finding.text
    assert finding.hint


def test_errors_come_first() -> None:
    severities = [finding.severity for finding in found(SPEED, cards=("[]",), hurried=1).values()]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)


def test_permission_to_actuate_for_the_half_in_the_cloud_is_only_noted() -> None:
    assert found(SPEED, DOOR)["component.unused-permission"].severity == "note"


def test_unused_permission_is_named() -> None:
    evidence = found(SPEED, "read:Vehicle.CurrentLocation@city")["run.unused-permission"].evidence
    assert evidence == {"unused": ["read:Vehicle.CurrentLocation@city"]}
