"""Signing up, in and out, and applying for an organisation."""

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from forecourt.accounts import services
from forecourt.accounts.models import Organisation
from forecourt.web import access, clients
from forecourt.web.forms import ApplyForm, SignInForm, SignUpForm

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make a person and sign them in."""
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        person = form.attempt(lambda: services.sign_up(**form.cleaned_data))
        if person is not None:
            auth.login(request, person)
            return redirect(_next(request))
    return form.page(request, "accounts/sign_up.html", {"next": _next(request)})


@get_or_post
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign somebody in who comes back."""
    form = SignInForm(request.POST or None)
    if form.is_valid():
        person = form.attempt(lambda: services.sign_in(**form.cleaned_data, client=clients.address(request)))
        if person is not None:
            auth.login(request, person)
            return redirect(_next(request))
    return form.page(request, "accounts/sign_in.html", {"next": _next(request), "logins": _demo_logins()})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("/")


@get_or_post
@access.person
def apply(request: access.PersonRequest) -> HttpResponse:
    """Ask the carmaker to admit a firm."""
    form = ApplyForm(request.POST or None)
    if form.is_valid():
        asked = {"user": request.user, "now": timezone.now(), **form.cleaned_data}
        organisation = form.attempt(lambda: services.apply_for_organisation(**asked))
        if organisation is not None:
            messages.success(request, _("%s waits to be admitted by the carmaker.") % organisation.name)
            return redirect("/developer/" if organisation.kind == Organisation.Kind.DEVELOPER else "/partner/")
    return form.page(request, "accounts/apply.html")


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: a page of ours, or home."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"


def _demo_logins() -> list[tuple[str, str, str]]:
    return settings.DEMO_LOGINS if settings.DEMO else []
