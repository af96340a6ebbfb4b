"""What pages tell about a release: its way so far, what it asks for and what its checks found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps_registry import selectors
from apps_registry.models import AnalysisRun, Release, Review
from sandbox.wire import cards

Status = Release.Status
#: The straight way of a release, and what each station says.
WAY: Final = (
    (Status.SUBMITTED, _("Submitted")),
    (Status.IN_ANALYSIS, _("Checked in a sandbox")),
    (Status.IN_REVIEW, _("Looked at by a person")),
    (Status.APPROVED, _("Approved and signed")),
    (Status.PUBLISHED, _("Published in the store")),
)
ENDED: Final = {Status.REJECTED: _("Rejected"), Status.WITHDRAWN: _("Withdrawn")}
#: While these last, the page looks again by itself.
MOVING: Final = frozenset({Status.SUBMITTED, Status.IN_ANALYSIS, Status.APPROVED})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One station of a timeline: `state` is done, now, next or failed."""

    what: str | Promise
    state: str
    when: datetime | None = None
    note: str = ""


def about(release: Release) -> dict[str, Any]:
    """Everything that a release's page shows."""
    run, review = selectors.latest_run(release), selectors.review_of(release)
    return {
        "release": release,
        "app": release.app,
        "items": selectors.permission_items(release),
        "run": run,
        "report": run.report if run else {},
        "sample": sample_card(run),
        "findings": list(selectors.findings(release)),
        "review": review,
        "steps": steps(release, review),
        "is_moving": release.status in MOVING,
    }


def names(release: Release) -> dict[str, str]:
    """The words that name a release in a sentence."""
    return {"app": release.app.name, "version": release.version}


def sample_card(run: AnalysisRun | None) -> Mapping[str, Any] | None:
    """The fullest card that the app showed while it was checked, if any."""
    shown = [card for text in (run.report.get("cards", ()) if run else ()) if (card := _card(text))]
    fullest = max(shown, key=lambda card: (card.chart is not None, len(card.rows)), default=None)
    return fullest.to_dict() if fullest else None


def _card(text: str) -> cards.Card | None:
    try:
        return cards.parse(text)
    except cards.CardError:
        return None


def steps(release: Release, review: Review | None) -> list[Step]:
    """The release's timeline up to now, and what comes next on the straight way."""
    moments = {Status.SUBMITTED: release.submitted_at, Status.PUBLISHED: release.published_at}
    if review:
        moments[Status.APPROVED] = review.decided_at
    status = Status(release.status)
    if status in ENDED:
        return _ended(release, review, ENDED[status])
    here = [station for station, _words in WAY].index(status)
    finished = status == Status.PUBLISHED
    return [
        Step(what=words, when=moments.get(station), state=_state(place, here, finished=finished))
        for place, (station, words) in enumerate(WAY)
    ]


def _ended(release: Release, review: Review | None, words: str | Promise) -> list[Step]:
    note = review.reason if review else ""
    return [
        Step(what=WAY[0][1], state="done", when=release.submitted_at),
        Step(what=words, state="failed", when=review.decided_at if review else None, note=note),
    ]


def _state(place: int, here: int, *, finished: bool) -> str:
    if place < here or (finished and place == here):
        return "done"
    return "now" if place == here else "next"
