"""What other packages tell us: a release was approved or withdrawn, grants changed."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps_registry.signals import release_approved, release_withdrawn
from forecourt.consent.signals import grants_changed
from forecourt.delivery import tasks


@receiver([release_approved, release_withdrawn])
def publish(**_about: Any) -> None:
    """List or remove a release; the job finds out which."""
    tasks.publish_images.delay()


@receiver(grants_changed)
def plan(*, vehicle_ids: list[UUID], **_about: Any) -> None:
    """Bring the desired state of cars in step with what their drivers allow."""
    for vehicle_id in vehicle_ids:
        tasks.plan_vehicle.delay(vehicle_id=str(vehicle_id))
