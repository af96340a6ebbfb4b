"""The carmaker's desk: partners, people, cars and deliveries."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forecourt.accounts import roles, selectors, services
from forecourt.accounts.models import Membership, Organisation
from forecourt.delivery import selectors as deliveries_of
from forecourt.vehicles import enrolment
from forecourt.vehicles import selectors as vehicles
from forecourt.vehicles import services as vehicle_services
from forecourt.web import access
from forecourt.web.errors import NotAMemberError
from forecourt.web.forms import AdmitForm, EnrolForm, MemberForm

Role = Membership.Role
SHOWN = 200


@require_safe
@access.carmaker(Role.OPERATOR)
def partners(request: access.PersonRequest) -> HttpResponse:
    """Who was let in, and who waits."""
    return render(request, "carmaker/partners.html", {"partners": selectors.partners()})


@require_POST
@access.carmaker(Role.OPERATOR)
def admit(request: access.PersonRequest, organisation_id: UUID) -> HttpResponse:
    """Let an organisation in."""
    form = AdmitForm(request.POST)
    admitted = form.attempt(
        lambda: services.admit(organisation_id=organisation_id, by=request.user, now=timezone.now())
    )
    if admitted is None:
        return form.page(request, "carmaker/partners.html", {"partners": selectors.partners()})
    messages.success(request, _("%s is admitted.") % admitted.name)
    return redirect("/carmaker/partners/")


@require_http_methods(["GET", "HEAD", "POST"])
@access.carmaker()
def people(request: access.PersonRequest) -> HttpResponse:
    """The carmaker's people, and a form to add one."""
    membership = roles.membership_of(request.user, Organisation.Kind.CARMAKER)
    if membership is None:
        raise NotAMemberError
    form = MemberForm(request.POST or None)
    if form.is_valid():
        added = form.attempt(
            lambda: services.add_member(
                organisation_id=membership.organisation_id, by=request.user, now=timezone.now(), **form.cleaned_data
            )
        )
        if added is not None:
            messages.success(request, _("%s was added.") % added.user.name)
            return redirect("/carmaker/people/")
    return form.page(request, "carmaker/people.html", {"people": selectors.people(membership.organisation)})


@require_safe
@access.carmaker(Role.OPERATOR)
def fleet(request: access.PersonRequest) -> HttpResponse:
    """Every enrolled car, and a form to enrol more."""
    return _fleet(request, EnrolForm())


@require_POST
@access.carmaker(Role.OPERATOR)
def enrol(request: access.PersonRequest) -> HttpResponse:
    """Enrol the cars of an uploaded file, all or none."""
    form = EnrolForm(request.POST, request.FILES)
    if not form.is_valid():
        return _fleet(request, form)
    data = form.cleaned_data["records"].read()
    cars = form.attempt(
        lambda: vehicle_services.enrol(enrolment.parse(data), by=request.user, now=timezone.now()),
    )
    if cars is None:
        return _fleet(request, form)
    words = ngettext("%d car was enrolled.", "%d cars were enrolled.", len(cars))
    messages.success(request, words % len(cars))
    return redirect("/carmaker/vehicles/")


@require_safe
@access.carmaker(Role.OPERATOR)
def deliveries(request: access.PersonRequest) -> HttpResponse:
    """How far every delivery came."""
    rows = deliveries_of.deliveries(app=request.GET.get("app", ""), version=request.GET.get("version", ""))
    counts = Counter(rows.order_by().values_list("state", flat=True))
    context = {"deliveries": rows[:SHOWN], "counts": sorted(counts.items()), "total": counts.total()}
    return render(request, "carmaker/deliveries.html", context)


def _fleet(request: access.PersonRequest, form: EnrolForm) -> HttpResponse:
    cars = vehicles.fleet()
    return form.page(request, "carmaker/vehicles.html", {"vehicles": cars[:SHOWN], "total": cars.count()})
