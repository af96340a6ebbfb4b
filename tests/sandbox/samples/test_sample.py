"""The real sample: built from source by the real compiler, vetted and run in real children."""

import json
import zipfile
from pathlib import Path

import pytest

from sandbox.runtime import archive, vetting
from sandbox.runtime.appprocess import AppProcess, Budget, granted_of
from sandbox.runtime.codecache import CodeCache
from sandbox.wire import bundles, cards, manifest
from tests.sandbox.samples.conftest import CACHE, SAMPLE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

MANIFEST = manifest.parse((SAMPLE / "manifest.json").read_bytes())


@pytest.fixture(scope="module")
def component(bundle: Path) -> bytes:
    with zipfile.ZipFile(bundle) as opened:
        return opened.read(bundles.COMPONENT)


def test_bundle_passes_the_archive_checks_under_the_publishers_key(bundle: Path, key: Path) -> None:
    report = archive.open_untrusted(bundle.read_bytes()).report
    assert report.manifest == MANIFEST
    assert report.publisher_key == bundles.public_key_of(key.read_text())
    assert set(report.files) == {bundles.MANIFEST, bundles.COMPONENT, bundles.ICON}


def test_sample_passes_vetting_with_notes_only(component: bytes) -> None:
    report = vetting.vet(component, MANIFEST, vetting.drive_rows(900), cache=CACHE / "code")
    assert (report.stopped, report.ticks, report.error_count) == ("", 900, 0)
    assert report.deterministic
    found = vetting.findings(report, MANIFEST)
    assert {finding.rule: finding.severity for finding in found} == {
        "run.unused-permission": "note",
        "run.effort": "note",
    }


def test_sample_shows_the_night_in_a_car(component: bytes) -> None:
    app = AppProcess(
        component,
        granted=granted_of(MANIFEST.scopes),
        limits=Budget(fuel=MANIFEST.limits.fuel_per_event),
        cache=CodeCache.at(CACHE / "code"),
    )
    with app:
        rows = vetting.drive_rows(600)[::20]
        answers = [app.tick(row, {"type": "tick", "now": row["now"]}) for row in rows]
    assert [answer.error for answer in answers] == [None] * len(rows)
    shown = [cards.parse(card) for answer in answers for card in answer.cards]
    labels = {row.label for card in shown for row in card.rows}
    assert {"Plug in to charge", "Charging starts", "Charging", "Price now"} <= labels
    assert json.loads(answers[0].cards[0])["title"] == "Smart charging"
