"""The queue's thin door to the jobs."""

from celery import shared_task
from django.utils import timezone

from forecourt.metering import jobs


@shared_task
def flush() -> None:
    """Bring the counters into the table."""
    jobs.flush(now=timezone.now())
