"""The driver's pages: cars, pairing, one car on the phone and on the desk."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps_registry import selectors as registry
from forecourt.consent import selectors as consent
from forecourt.consent import services as consent_services
from forecourt.consent.errors import GrantNotLiveError
from forecourt.consent.models import Grant
from forecourt.vehicles import selectors, services
from forecourt.web import access, garage
from forecourt.web.forms import PairForm

PARTS = frozenset({"now", "pause", "cards", "apps", "commands"})


@require_safe
@access.person
def cars(request: access.PersonRequest) -> HttpResponse:
    """The person's cars."""
    return render(request, "driver/cars.html", {"cars": garage.cars_of(request.user, now=timezone.now())})


@require_http_methods(["GET", "HEAD", "POST"])
@access.person
def pair(request: access.PersonRequest) -> HttpResponse:
    """Pair a car with the code on its screen."""
    form = PairForm(request.POST or None)
    if form.is_valid():
        asked = {"user": request.user, "now": timezone.now(), **form.cleaned_data}
        vehicle = form.attempt(lambda: services.pair(**asked))
        if vehicle is not None:
            messages.success(request, _("%s is paired with you.") % vehicle.nickname)
            return redirect(f"/cars/{vehicle.public_id}/")
    return form.page(request, "driver/pair.html")


@require_safe
@access.person
def phone(request: access.PersonRequest, public_id: str) -> HttpResponse:
    """The car now: what is on it, what it does, who reads what."""
    return _car(request, public_id, "driver/phone.html")


@require_safe
@access.person
def stop_receipt(request: access.PersonRequest, public_id: str, grant_id: UUID) -> HttpResponse:
    """When an app was stopped on this car, and when the last byte left."""
    vehicle = selectors.vehicle_for(request.user, public_id, now=timezone.now())
    grant = consent.grant_for(request.user, grant_id)
    context = {"vehicle": vehicle, "stop": garage.stop_of(grant, now=timezone.now())}
    return render(request, "driver/_stop.html", context)


@require_safe
@access.person
def desk(request: access.PersonRequest, public_id: str) -> HttpResponse:
    """The car on a large screen: cards, figures, commands."""
    return _car(request, public_id, "driver/desk.html")


@require_safe
@access.person
def part(request: access.PersonRequest, public_id: str, name: str) -> HttpResponse:
    """One part of the car's page, fetched again when something changed."""
    if name not in PARTS:
        raise Http404
    return _car(request, public_id, f"driver/_{name}.html")


@require_POST
@access.person
def revoke(request: access.PersonRequest, public_id: str, slug: str) -> HttpResponse:
    """Stop an app on this car: nothing more leaves it."""
    vehicle = selectors.vehicle_for(request.user, public_id, now=timezone.now())
    app = registry.app_by_slug(slug)
    grant = consent.live_grant(app, vehicle)
    if grant is None:
        messages.info(request, _("%s was stopped before. It receives nothing from this car.") % app.name)
        return redirect(f"/cars/{public_id}/")
    consent_services.revoke(grant_id=grant.pk, by=request.user, now=timezone.now())
    return redirect(f"/cars/{public_id}/?stopped={grant.pk}")


@require_POST
@access.person
def pause_all(request: access.PersonRequest, public_id: str) -> HttpResponse:
    """Stop the data of every app on this car, until resumed."""
    vehicle = selectors.vehicle_for(request.user, public_id, now=timezone.now())
    consent_services.pause_all(vehicle=vehicle, by=request.user, now=timezone.now())
    return redirect(f"/cars/{public_id}/")


@require_POST
@access.person
def resume_all(request: access.PersonRequest, public_id: str) -> HttpResponse:
    """Let the data flow again of what this person paused."""
    vehicle = selectors.vehicle_for(request.user, public_id, now=timezone.now())
    consent_services.resume_all(vehicle=vehicle, by=request.user, now=timezone.now())
    return redirect(f"/cars/{public_id}/")


@require_POST
@access.person
def pause(request: access.PersonRequest, public_id: str, slug: str) -> HttpResponse:
    """Stop one app's data on this car, until resumed; a second tap changes nothing."""
    return _switch(request, public_id, slug, to=Grant.Status.PAUSED)


@require_POST
@access.person
def resume(request: access.PersonRequest, public_id: str, slug: str) -> HttpResponse:
    """Let one app's data flow again; a second tap changes nothing."""
    return _switch(request, public_id, slug, to=Grant.Status.ACTIVE)


def _switch(request: access.PersonRequest, public_id: str, slug: str, *, to: Grant.Status) -> HttpResponse:
    vehicle = selectors.vehicle_for(request.user, public_id, now=timezone.now())
    grant = consent.live_grant(registry.app_by_slug(slug), vehicle)
    if grant is None:
        raise GrantNotLiveError
    change = consent_services.pause if to == Grant.Status.PAUSED else consent_services.resume
    if grant.status != to:
        change(grant_id=grant.pk, by=request.user, now=timezone.now())
    return redirect(f"/cars/{public_id}/#app-{slug}")


def _car(request: access.PersonRequest, public_id: str, template: str) -> HttpResponse:
    now = timezone.now()
    vehicle = selectors.vehicle_for(request.user, public_id, now=now)
    context = garage.about(vehicle, request.user, now=now)
    context["stop"] = _stop(request, now=now)
    return render(request, template, context)


def _stop(request: access.PersonRequest, *, now: datetime) -> garage.Stop | None:
    """The receipt for a stop that the person comes from."""
    try:
        grant_id = UUID(request.GET.get("stopped", ""))
    except ValueError:
        return None
    return garage.stop_of(consent.grant_for(request.user, grant_id), now=now)
