"""What workers do for the registry: one call each into `jobs`."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from apps_registry import jobs, selectors
from apps_registry.errors import BlobStoreUnavailableError


@shared_task(
    autoretry_for=(BlobStoreUnavailableError,), retry_backoff=True, max_retries=8, soft_time_limit=300, time_limit=360
)
def analyse_release(*, release_id: str, **_later: object) -> None:
    """Vet a submitted release."""
    jobs.analyse_release(UUID(release_id), now=timezone.now())


@shared_task
def resume_analyses(**_later: object) -> None:
    """Ask again for every analysis that was asked for and never came."""
    for release_id in selectors.overdue_analyses(now=timezone.now()):
        analyse_release.delay(release_id=str(release_id))
