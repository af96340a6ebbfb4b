"""Cars, who may do what with them, and how they are paired."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Vehicle(models.Model):
    """A car with one head unit. The VIN is kept encrypted and found by a keyed hash.

    `public_id` (`car-` and ten base-32 digits) names the car in URLs and metadata. `data_source` says what its
    signals are: a live car, a recorded drive that is replayed, or a simulation.
    """

    class DataSource(models.TextChoices):
        """Where the car's signals come from."""

        LIVE = "live", _("Live")
        RECORDED = "recorded", _("Recorded drive")
        SIMULATED = "simulated", _("Simulated")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(max_length=20, unique=True)
    vin_encrypted = models.BinaryField()
    vin_hash = models.CharField(max_length=64, unique=True)
    nickname = models.CharField(max_length=40, blank=True)
    make = models.CharField(max_length=40)
    model = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    head_unit_serial = models.CharField(max_length=40, unique=True)
    hardware_id = models.CharField(max_length=40, help_text="The head unit's kind, matched against releases.")
    price_area = models.CharField(max_length=10, help_text="Day-ahead bidding zone in which the car is charged.")
    data_source = models.CharField(max_length=10, choices=DataSource, default=DataSource.LIVE)
    public_key = models.CharField(max_length=64, unique=True, help_text="Ed25519, 64 hex digits.")
    enrolled_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)


class VehicleRole(models.Model):
    """What a person is to a car, and since when. An open role has no end."""

    class Role(models.TextChoices):
        """What a person is to a car."""

        OWNER = "owner", _("Owner")
        DRIVER = "driver", _("Driver")
        PASSENGER = "passenger", _("Passenger")

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vehicle_roles")
    role = models.CharField(max_length=10, choices=Role)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=Q(role="owner", valid_to__isnull=True), name="a_car_has_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="role_ends_after_it_starts"
            ),
        ]


class PairingCode(models.Model):
    """A short-lived code on the head unit; only its keyed hash is kept."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="pairing_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
