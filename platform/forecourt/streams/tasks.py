"""The queue's thin door to the jobs."""

from typing import Any, Final
from uuid import UUID

from celery import Task, shared_task
from django.utils import timezone

from forecourt.streams import jobs

SOON: Final = 0.2  # seconds, for the first tries
LATER: Final = 2.0
TRIES_SOON: Final = 150


@shared_task(bind=True, max_retries=None)
def verify_command(self: "Task[Any, Any]", /, *, command_id: str, **_later: object) -> None:
    """Look for a command's effect until it shows or its deadline has passed."""
    if not jobs.verify_command(command_id=UUID(command_id), now=timezone.now()):
        raise self.retry(countdown=SOON if self.request.retries < TRIES_SOON else LATER)


@shared_task
def settle_late_commands() -> None:
    """End commands whose deadline has passed."""
    jobs.settle_late_commands(now=timezone.now())


@shared_task
def publish_all_prices() -> None:
    """Send every area's prices on."""
    jobs.publish_all_prices(now=timezone.now())
