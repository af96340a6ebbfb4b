"""Vetting: what passes, what is refused, and that nothing passes by accident."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from apps_registry import jobs, selectors, services, tasks
from apps_registry.errors import BlobStoreUnavailableError
from apps_registry.models import AnalysisRun, App, Finding, Release, TrailEvent
from forecourt.accounts.models import User
from tests.apps_registry import samples
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LOOP = "(loop $forever (br $forever))"
CLOCK = '(import "wasi:clocks/wall-clock@0.2.0" (instance))'
NUL_IN_ERROR = r"\01\00\00\00\20\00\00\00\03\00\00\00\00\00\00\00a\00b"  # an error text of three bytes, at 32

REFUSED = {
    "endless loop": ("run.out-of-fuel", samples.component(body=LOOP)),
    "undeclared import": ("component.undeclared-import", samples.component(imports=CLOCK)),
    "no component at all": ("component.invalid", b"\0asm\x01\0\0\0 broken"),
}


def _submitted(app: App, by: User, component: bytes) -> Release:
    content = io.BytesIO(samples.bundle(component=component))
    return services.submit_bundle(publisher=app.publisher, content=content, by=by, now=NOW)


def _analysed(release: Release) -> Release:
    jobs.analyse_release(release.pk, now=NOW)
    release.refresh_from_db()
    return release


def test_a_quiet_app_goes_to_review(app: App, developer: User) -> None:
    release = _analysed(_submitted(app, developer, samples.component()))
    run = AnalysisRun.objects.get(release=release)
    assert release.status == "in_review"
    assert run.report["ticks"] == jobs.MOMENTS
    assert (run.status, run.finished_at) == ("findings", NOW)
    assert "error" not in {finding.severity for finding in selectors.findings(release)}


@pytest.mark.parametrize(("rule", "component"), REFUSED.values(), ids=REFUSED)
def test_a_dangerous_app_is_rejected_by_name(app: App, developer: User, rule: str, component: bytes) -> None:
    release = _analysed(_submitted(app, developer, component))
    worst = selectors.findings(release)[0]
    assert release.status == "rejected"
    assert (worst.rule, worst.severity) == (rule, "error")
    assert worst.hint


def test_text_that_the_database_refuses_is_kept_readable(app: App, developer: User) -> None:
    release = _analysed(_submitted(app, developer, samples.component(answer=NUL_IN_ERROR)))
    finding = selectors.findings(release).get(rule="run.app-errors")
    assert finding.evidence["first"][0]["text"] == "a\N{REPLACEMENT CHARACTER}b"


def test_a_crashed_vetting_is_a_failed_run_and_never_a_pass(
    app: App, developer: User, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    release = _submitted(app, developer, samples.component())
    [blob] = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"somebody changed the store")
    _analysed(release)
    [finding] = selectors.findings(release)
    assert (finding.rule, finding.severity) == ("vetting.crashed", "error")
    assert AnalysisRun.objects.get(release=release).status == "failed"
    assert release.status == "rejected"
    assert "crashed" in caplog.text


def test_a_store_that_is_away_decides_nothing(app: App, developer: User, settings: Settings, tmp_path: Path) -> None:
    release = _submitted(app, developer, samples.component())
    settings.BLOB_STORE_URL = "s3://blobs/x?endpoint=http://127.0.0.1:9&region=us-east-1"
    with pytest.raises(BlobStoreUnavailableError):
        jobs.analyse_release(release.pk, now=NOW)
    release.refresh_from_db()
    assert release.status == "in_analysis"
    settings.BLOB_STORE_URL = f"file://{tmp_path}/blobs"
    assert _analysed(release).status == "in_review"


def test_an_analysis_that_is_delivered_twice_counts_once(app: App, developer: User) -> None:
    release = _analysed(_submitted(app, developer, samples.component()))
    before = [kind._default_manager.count() for kind in (AnalysisRun, Finding, TrailEvent)]
    _analysed(release)
    assert [kind._default_manager.count() for kind in (AnalysisRun, Finding, TrailEvent)] == before


def test_of_two_workers_at_once_the_first_to_finish_decides(app: App, developer: User) -> None:
    release = _submitted(app, developer, samples.component())
    assert jobs._begin(release.pk, now=NOW)
    assert jobs._begin(release.pk, now=NOW)
    jobs._finish(release.pk, jobs.Outcome(findings=[]), now=NOW)
    jobs._finish(release.pk, jobs.Outcome(findings=[], crashed=True), now=NOW)
    assert AnalysisRun.objects.get(release=release).status == "passed"
    assert selectors.release_by_id(release.pk).status == "in_review"


def test_a_release_that_was_withdrawn_meanwhile_stays_so(app: App, developer: User) -> None:
    release = _submitted(app, developer, samples.component())
    services.withdraw(release_id=release.pk, by=developer, reason="A mistake.", now=NOW)
    assert _analysed(release).status == "withdrawn"
    assert not AnalysisRun.objects.exists()


@pytest.mark.usefixtures("eager")
def test_a_submission_is_vetted_as_soon_as_it_is_committed(
    app: App, developer: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        release = _submitted(app, developer, samples.component())
    release.refresh_from_db()
    assert release.status == "in_review"
    assert list(TrailEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "release.submitted",
        "release.in_analysis",
        "release.in_review",
    ]


@pytest.mark.usefixtures("eager")
def test_an_analysis_that_got_lost_is_asked_for_again(app: App, developer: User) -> None:
    release = _submitted(app, developer, samples.component())
    Release.objects.filter(pk=release.pk).update(submitted_at=NOW - timedelta(days=400))
    tasks.resume_analyses.delay()
    release.refresh_from_db()
    assert release.status == "in_review"
