"""The data partner's desk: credentials and feeds."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forecourt.accounts.models import Organisation
from forecourt.consent import services as consent
from forecourt.web import access
from forecourt.web.errors import NotAdmittedError
from forecourt.web.forms import CredentialsForm

DATA_PARTNER = Organisation.Kind.DATA_PARTNER


@require_safe
@access.member(DATA_PARTNER)
def home(request: access.MemberRequest) -> HttpResponse:
    """The partner's feeds and how to push them."""
    return _home(request, CredentialsForm())


@never_cache
@require_POST
@access.member(DATA_PARTNER)
def new_credentials(request: access.MemberRequest) -> HttpResponse:
    """Make OAuth credentials; the answer shows them once."""
    if request.organisation.status != Organisation.Status.ADMITTED:
        raise NotAdmittedError
    form = CredentialsForm(request.POST)
    made = form.attempt(
        lambda: consent.register_partner_client(organisation=request.organisation, by=request.user, now=timezone.now())
    )
    if made is None:
        return _home(request, form)
    client, secret = made
    return render(request, "partner/credentials.html", {"client_id": client.client_id, "client_secret": secret})


def _home(request: access.MemberRequest, form: CredentialsForm) -> HttpResponse:
    organisation = request.organisation
    if organisation.status != Organisation.Status.ADMITTED:
        return render(request, "accounts/waiting.html", {"organisation": organisation})
    feeds = organisation.feeds.order_by("area").prefetch_related("slots")
    return form.page(request, "partner/home.html", {"organisation": organisation, "feeds": feeds})
