"""Feeds that do not come from a car, and commands that go to one."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from forecourt.accounts.models import Organisation
from forecourt.consent.models import Grant
from forecourt.vehicles.models import Vehicle


class Feed(models.Model):
    """Electricity prices of one area. `source` is `recorded` or `simulated`, `label` says it in words."""

    area = models.CharField(primary_key=True, max_length=10)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="feeds")
    source = models.CharField(max_length=10)
    label = models.CharField(max_length=80)
    updated_at = models.DateTimeField()


class PriceSlot(models.Model):
    """One price: `[start, end)` in UTC, EUR per MWh (negative is normal)."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="slots")
    start = models.DateTimeField()
    end = models.DateTimeField()
    eur_per_mwh = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="price_slot_ends_after_it_starts"),
            ExclusionConstraint(
                name="price_slots_never_overlap",
                expressions=[
                    (F("feed"), RangeOperators.EQUAL),
                    (
                        Func(F("start"), F("end"), function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class Command(models.Model):
    """A requested actuation with a life; `verified` means that the signal itself showed the effect."""

    class State(models.TextChoices):
        """How far the command came."""

        QUEUED = "queued", _("Queued")
        DELIVERED = "delivered", _("Delivered")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        VERIFIED = "verified", _("Verified")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="commands")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="commands")
    path = models.CharField(max_length=200)
    value = models.JSONField()
    idempotency_key = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=200, blank=True)
    not_after = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True, help_text="When the car acted, by its own clock.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "idempotency_key"], name="command_is_idempotent")]
        indexes = [models.Index(fields=["vehicle", "state"], name="command_vehicle_state")]
