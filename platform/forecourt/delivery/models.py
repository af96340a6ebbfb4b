"""Rollouts, deliveries, what each car should have and what it says it has."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps_registry.models import App, Bundle, Release
from forecourt.vehicles.models import Vehicle


class ImageTarget(models.Model):
    """A bundle named in the image repository: its path and the hashed bin that lists it."""

    path = models.CharField(primary_key=True, max_length=120)
    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="image_target")
    bin_name = models.CharField(max_length=20)
    listed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)


class RepositoryVersion(models.Model):
    """The version of each role's metadata; publishing compares and sets it."""

    role = models.CharField(primary_key=True, max_length=20)
    version = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()


class Rollout(models.Model):
    """A plan for bringing one release to cars."""

    class Status(models.TextChoices):
        """Whether the plan runs."""

        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        HALTED = "halted", _("Halted")
        COMPLETED = "completed", _("Completed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="rollout")
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    created_at = models.DateTimeField()


class Delivery(models.Model):
    """A rollout's one row for one vehicle."""

    class State(models.TextChoices):
        """How far the delivery came; only a vehicle report makes it INSTALLED."""

        PLANNED = "planned", _("Planned")
        OFFERED = "offered", _("Offered")
        DOWNLOADING = "downloading", _("Downloading")
        INSTALLING = "installing", _("Installing")
        INSTALLED = "installed", _("Installed")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        LOST = "lost", _("Lost")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rollout = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="deliveries")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deadline = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rollout", "vehicle"], name="one_delivery_per_vehicle")]


class DesiredState(models.Model):
    """A vehicle's complete set of releases, as one versioned row; the signed bytes are computed from it."""

    vehicle = models.OneToOneField(Vehicle, on_delete=models.CASCADE, related_name="desired_state")
    version = models.PositiveIntegerField(default=1)
    targets = models.JSONField(default=dict, help_text="TUF targets by path, as the director signs them.")
    signed_at = models.DateTimeField(help_text="From which all expiry times are counted.")


class VehicleReport(models.Model):
    """The car's latest signed statement of what is installed (Uptane's vehicle version manifest)."""

    vehicle = models.OneToOneField(Vehicle, on_delete=models.CASCADE, related_name="report")
    counter = models.PositiveBigIntegerField()
    document = models.JSONField()
    received_at = models.DateTimeField()


class Installation(models.Model):
    """A release that a vehicle reports as installed, or once did."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="installations")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="installations")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    installed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "app"], condition=Q(removed_at__isnull=True), name="one_release_of_an_app_per_car"
            ),
        ]
