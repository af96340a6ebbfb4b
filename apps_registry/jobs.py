"""What workers do: vet a submitted release."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction

from apps_registry import icons, selectors, storage, transitions
from apps_registry.errors import BlobStoreUnavailableError
from apps_registry.models import AnalysisRun, Finding, Release
from sandbox.runtime import archive, vetting
from sandbox.wire import bundles

RULESET: Final = vetting.RULESET
#: Moments that a component is replayed on: five minutes of driving and five hours of the night after.
MOMENTS: Final = 600

Status = Release.Status
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a vetting came to."""

    findings: Sequence[vetting.Finding]
    report: dict[str, Any] = field(default_factory=dict)
    crashed: bool = False

    @property
    def refused(self) -> bool:
        """Whether a finding is an error."""
        return self.crashed or any(finding.severity == "error" for finding in self.findings)

    @property
    def status(self) -> AnalysisRun.Status:
        """How the run ended."""
        if self.crashed:
            return AnalysisRun.Status.FAILED
        return AnalysisRun.Status.FINDINGS if self.findings else AnalysisRun.Status.PASSED


def analyse_release(release_id: UUID, *, now: datetime) -> None:
    """Vet a release and send it to review, or reject it; a release that is done with is left alone.

    Two workers may do this at once: the first to finish decides, and both saw the same bytes.

    Raises:
        BlobStoreUnavailableError: the bundle could not be read now; nothing was decided.
    """
    release = _begin(release_id, now=now)
    if release is not None:
        _finish(release_id, _vetted(release), now=now)


@transaction.atomic
def _begin(release_id: UUID, *, now: datetime) -> Release | None:
    release = _locked(release_id)
    if release is None or release.status not in {Status.SUBMITTED, Status.IN_ANALYSIS}:
        return None
    running = {"status": AnalysisRun.Status.RUNNING}
    AnalysisRun.objects.update_or_create(release=release, ruleset=RULESET, defaults=running)
    if release.status == Status.SUBMITTED:
        transitions.move(release, Status.IN_ANALYSIS, actor="vetting", detail={"ruleset": RULESET}, now=now)
    return release


def _vetted(release: Release) -> Outcome:
    """Vet the bundle; whatever goes wrong with it is a finding, and never a pass."""
    try:
        return _vet(release)
    except BlobStoreUnavailableError:
        raise
    except Exception as error:
        logger.exception("Vetting of %s crashed", transitions.named(release))
        crash = vetting.Finding(
            rule="vetting.crashed",
            severity="error",
            text="The vetting did not come to an end.",
            evidence={"error": f"{type(error).__name__}: {error}"[:500]},
            hint="Submit a new version; if this stays, ask the carmaker to look at it.",
        )
        return Outcome(findings=[crash], crashed=True)


def _vet(release: Release) -> Outcome:
    with storage.from_settings().open(release.bundle_id) as blob, storage.checked(release.bundle_id, blob) as content:
        files = archive.unpack_untrusted(content.read()).files
    icons.keep(release.bundle, files)
    manifest = selectors.manifest_of(release)
    cache = settings.CACHE_DIR / "code"
    report = vetting.vet(files[bundles.COMPONENT], manifest, vetting.drive_rows(MOMENTS), cache=cache)
    return Outcome(findings=vetting.findings(report, manifest), report=_storable(msgspec.to_builtins(report)))


@transaction.atomic
def _finish(release_id: UUID, outcome: Outcome, *, now: datetime) -> None:
    release = _locked(release_id)
    if release is None or release.status != Status.IN_ANALYSIS:
        return  # decided by another worker, or withdrawn meanwhile
    run = AnalysisRun.objects.get(release=release, ruleset=RULESET)
    run.status, run.report, run.finished_at = outcome.status, outcome.report, now
    run.save()
    Finding.objects.bulk_create(
        Finding(run=run, **_storable(msgspec.structs.asdict(finding))) for finding in outcome.findings
    )
    to = Status.REJECTED if outcome.refused else Status.IN_REVIEW
    detail = {"ruleset": RULESET, "run": run.status, "rules": [one.rule for one in outcome.findings]}
    transitions.move(release, to, actor="vetting", detail=detail, now=now)


def _storable(value: Any) -> Any:
    """What strangers' text becomes before PostgreSQL sees it: it keeps no NUL."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value


def _locked(release_id: UUID) -> Release | None:
    releases = Release.objects.select_for_update(of=("self",)).select_related("app", "bundle")
    return releases.filter(pk=release_id).first()
