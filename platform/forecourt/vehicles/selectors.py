"""Reads of cars."""

from datetime import datetime

from django.db.models import Q, QuerySet

from forecourt.accounts.models import User
from forecourt.vehicles.errors import VehicleNotEnrolledError, VehicleNotYoursError
from forecourt.vehicles.models import Vehicle


def vehicles_of(user: User, *, now: datetime) -> QuerySet[Vehicle]:
    """The cars in which the person has a role now, by nickname."""
    open_role = Q(roles__valid_to__isnull=True) | Q(roles__valid_to__gt=now)
    mine = Vehicle.objects.filter(open_role, roles__user=user, roles__valid_from__lte=now)
    return mine.distinct().order_by("nickname", "public_id")


def vehicle_for(user: User, public_id: str, *, now: datetime) -> Vehicle:
    """One of the person's cars.

    Raises:
        VehicleNotYoursError: there is no such car, or it is somebody else's; the two look alike on purpose.
    """
    vehicle = vehicles_of(user, now=now).filter(public_id=public_id).first()
    if vehicle is None:
        raise VehicleNotYoursError
    return vehicle


def by_serial(serial: str) -> Vehicle:
    """The car with this head unit.

    Raises:
        VehicleNotEnrolledError: no car has it.
    """
    vehicle = Vehicle.objects.filter(head_unit_serial=serial).first()
    if vehicle is None:
        raise VehicleNotEnrolledError
    return vehicle


def is_paired(vehicle: Vehicle) -> bool:
    """Whether the car has an owner."""
    return vehicle.roles.filter(role="owner", valid_to__isnull=True).exists()


def fleet() -> QuerySet[Vehicle]:
    """Every enrolled car, the newest first."""
    return Vehicle.objects.order_by("-enrolled_at", "public_id")
