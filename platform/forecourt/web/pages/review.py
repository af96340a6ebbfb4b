"""The review desk: what waits, what it wants, what it did, and the decision."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps_registry import selectors
from forecourt.accounts import services
from forecourt.accounts.models import Membership
from forecourt.web import access, icons, releases
from forecourt.web.forms import DecisionForm

Role = Membership.Role


@require_safe
@access.carmaker(Role.REVIEWER)
def queue(request: access.PersonRequest) -> HttpResponse:
    """What waits for a reviewer, oldest first."""
    return render(request, "review/queue.html", {"releases": selectors.review_queue()})


@require_safe
@access.carmaker(Role.REVIEWER)
def desk(request: access.PersonRequest, release_id: UUID) -> HttpResponse:
    """One release with everything that a decision needs."""
    return _desk(request, release_id, DecisionForm())


@require_safe
@access.carmaker(Role.REVIEWER)
def icon(request: access.PersonRequest, release_id: UUID) -> HttpResponse:
    """The icon that a release would bring into the store."""
    response = icons.answer(request, selectors.release_by_id(release_id).bundle.icon_sha256)
    response["Cache-Control"] = "private, max-age=300"
    return response


@require_POST
@access.carmaker(Role.REVIEWER)
def decide(request: access.PersonRequest, release_id: UUID) -> HttpResponse:
    """Approve or reject a release."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _desk(request, release_id, form)
    asked = {"release_id": release_id, "reviewer": request.user, "now": timezone.now(), **form.cleaned_data}
    decided = form.attempt(lambda: services.decide_release(**asked))
    if decided is None:
        return _desk(request, release_id, form)
    messages.success(request, _("Your decision about %(app)s %(version)s is recorded.") % releases.names(decided))
    return redirect("/review/")


def _desk(request: access.PersonRequest, release_id: UUID, form: DecisionForm) -> HttpResponse:
    return form.page(request, "review/desk.html", releases.about(selectors.release_by_id(release_id)))
