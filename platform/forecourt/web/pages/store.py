"""The store: what apps can do, what they would read, and the way to install them."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps_registry import selectors
from apps_registry.errors import AppNotFoundError
from apps_registry.models import App, Release
from forecourt.web import access, garage, icons, releases


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Every published app, the newest on top."""
    listing = sorted(selectors.store_listing(), key=lambda release: str(release.published_at), reverse=True)
    newest = releases.about(listing[0]) if listing else None
    cars = garage.cars_of(request.user, now=timezone.now())
    return render(request, "store/front.html", {"releases": listing, "newest": newest, "cars": cars})


@require_safe
def app_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One app: is it any good, does it fit my car, what will it read?"""
    app, release = _published(slug)
    fits = garage.fits(request.user, release, now=timezone.now())
    context = releases.about(release) | {"fits": fits, "can_install": any(fit.can_install for fit in fits)}
    context["history"] = selectors.published_releases(app)
    response = render(request, "store/app.html", context)
    response.csp_form_action = _origins(app)  # type: ignore[attr-defined]
    return response


@require_safe
def icon(request: HttpRequest, slug: str) -> HttpResponse:
    """The icon of the newest published release; pages draw a monogram where there is none."""
    return icons.answer(request, selectors.app_by_slug(slug).icon_sha256)


@require_POST
@access.person
def install(request: access.PersonRequest, slug: str) -> HttpResponse:
    """Send the driver to the app, which asks for consent (OpenID Connect Core, section 4)."""
    del request
    app, _release = _published(slug)
    parameters = urlencode({"iss": settings.SITE_URL, "target_link_uri": f"{settings.SITE_URL}/store/{app.slug}/"})
    joiner = "&" if urlsplit(app.login_uri).query else "?"
    return redirect(f"{app.login_uri}{joiner}{parameters}")


def _published(slug: str) -> tuple[App, Release]:
    app = selectors.app_by_slug(slug)
    release = selectors.latest_published(app)
    if release is None:
        raise AppNotFoundError
    return app, release


def _origins(app: App) -> list[str]:
    """Where the install button may lead: the app's own origin."""
    parts = urlsplit(app.login_uri)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
