"""The queue's door to `jobs`. Every task may run twice, late, or for nothing."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from apps_registry.errors import BlobStoreUnavailableError
from forecourt.delivery import jobs
from forecourt.delivery.errors import PublishingContendedError, SignerUnavailableError


@shared_task(
    autoretry_for=(SignerUnavailableError, PublishingContendedError, BlobStoreUnavailableError),
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=10,
)
def publish_images(**_later: object) -> None:
    """Bring the image repository up to date, then the cars that it concerns."""
    for vehicle_id in jobs.publish_images(now=timezone.now()):
        plan_vehicle.delay(vehicle_id=str(vehicle_id))


@shared_task
def plan_vehicle(*, vehicle_id: str, **_later: object) -> None:
    """Recompute one car's desired state."""
    jobs.plan_vehicle(vehicle_id=UUID(vehicle_id), now=timezone.now())


@shared_task
def count_lost(**_later: object) -> None:
    """Give up deliveries whose car was silent too long."""
    jobs.count_lost(now=timezone.now())
