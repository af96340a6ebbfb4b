"""The developer's portal: apps, keys, releases."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps_registry import selectors, services
from apps_registry.errors import AppNotFoundError, ReleaseNotFoundError
from apps_registry.models import App, Release
from forecourt.accounts.models import Organisation
from forecourt.consent import services as consent
from forecourt.consent.models import Application
from forecourt.web import access, releases
from forecourt.web.forms import AppForm, BundleForm, KeyForm

DEVELOPER = Organisation.Kind.DEVELOPER
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@access.member(DEVELOPER)
def home(request: access.MemberRequest) -> HttpResponse:
    """What needs the developer, then the apps."""
    return _home(request, KeyForm())


@require_POST
@access.member(DEVELOPER)
def add_key(request: access.MemberRequest) -> HttpResponse:
    """Register a public key with which bundles are signed."""
    form = KeyForm(request.POST)
    publisher = access.publisher_of(request)
    if form.is_valid():
        key = form.attempt(
            lambda: services.add_publisher_key(
                publisher=publisher, by=request.user, now=timezone.now(), **form.cleaned_data
            )
        )
        if key is not None:
            messages.success(request, _("The key was added. Bundles signed with it are accepted from now on."))
            return redirect("/developer/")
    return _home(request, form)


@never_cache
@get_or_post
@access.member(DEVELOPER)
def new_app(request: access.MemberRequest) -> HttpResponse:
    """Register an app; the answer shows its credentials once."""
    form = AppForm(request.POST or None)
    access.publisher_of(request)
    if form.is_valid():
        made = form.attempt(lambda: _register(request, form.cleaned_data))
        if made is not None:
            app, client, secret = made
            context = {"app": app, "client_id": client.client_id, "client_secret": secret}
            return render(request, "developer/credentials.html", context)
    return form.page(request, "developer/new_app.html")


@require_safe
@access.member(DEVELOPER)
def app_page(request: access.MemberRequest, slug: str) -> HttpResponse:
    """One app with its releases."""
    app = _my_app(request, slug)
    return render(request, "developer/app.html", {"app": app, "releases": _releases(request, app)})


@get_or_post
@access.member(DEVELOPER)
def new_release(request: access.MemberRequest, slug: str) -> HttpResponse:
    """Upload a bundle; it is opened in a limited child process."""
    app = _my_app(request, slug)
    form = BundleForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        content = form.cleaned_data["bundle"]
        release = form.attempt(
            lambda: services.submit_bundle(
                publisher=app.publisher, content=content, by=request.user, now=timezone.now()
            )
        )
        if release is not None:
            return redirect(f"/developer/apps/{release.app.slug}/releases/{release.version}/")
    return form.page(request, "developer/new_release.html", {"app": app})


@require_safe
@access.member(DEVELOPER)
def release_page(request: access.MemberRequest, slug: str, version: str) -> HttpResponse:
    """Where a release is, why it waits, what its checks found."""
    about = releases.about(_my_release(request, slug, version))
    if not request.accepts("text/html"):
        return JsonResponse(_document(about))
    if request.headers.get("HX-Request"):
        return render(request, "developer/_release.html", about)
    return render(request, "developer/release.html", about)


@require_POST
@access.member(DEVELOPER)
def withdraw(request: access.MemberRequest, slug: str, version: str) -> HttpResponse:
    """Take a release back; cars refuse it from their next poll."""
    release = _my_release(request, slug, version)
    reason = request.POST.get("reason", "").strip()
    if request.POST.get("confirm", "").strip() == release.version:
        services.withdraw(release_id=release.pk, by=request.user, reason=reason, now=timezone.now())
        messages.success(request, _("%(app)s %(version)s is withdrawn.") % releases.names(release))
    return redirect(f"/developer/apps/{slug}/releases/{version}/")


def _home(request: access.MemberRequest, form: KeyForm) -> HttpResponse:
    publisher = request.organisation.publisher
    if publisher is None or request.organisation.status != Organisation.Status.ADMITTED:
        return render(request, "accounts/waiting.html", {"organisation": request.organisation})
    apps = [(app, list(_releases(request, app)[:1])) for app in selectors.apps_of(publisher)]
    context = {"organisation": request.organisation, "apps": apps, "keys": selectors.keys_of(publisher)}
    return form.page(request, "developer/home.html", context)


@transaction.atomic
def _register(request: access.MemberRequest, details: dict[str, Any]) -> tuple[App, Application, str]:
    now, publisher = timezone.now(), access.publisher_of(request)
    about = {name: value for name, value in details.items() if name != "redirect_uri"}
    app = services.register_app(publisher=publisher, by=request.user, now=now, **about)
    client, secret = consent.register_client(app=app, redirect_uris=[details["redirect_uri"]], by=request.user, now=now)
    return app, client, secret


def _releases(request: access.MemberRequest, app: App) -> Any:
    return selectors.releases_of(access.publisher_of(request)).filter(app=app).order_by("-counter")


def _my_app(request: access.MemberRequest, slug: str) -> App:
    app = selectors.app_by_slug(slug)
    if app.publisher != access.publisher_of(request):
        raise AppNotFoundError
    return app


def _my_release(request: access.MemberRequest, slug: str, version: str) -> Release:
    release = selectors.release(slug, version)
    if release.app.publisher != access.publisher_of(request):
        raise ReleaseNotFoundError
    return release


def _document(about: dict[str, Any]) -> dict[str, Any]:
    fields = ("rule", "severity", "text", "evidence", "hint")
    found = [{name: getattr(finding, name) for name in fields} for finding in about["findings"]]
    return {"version": about["release"].version, "status": about["release"].status, "findings": found}
