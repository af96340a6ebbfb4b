"""The queue's door to consent."""

from celery import shared_task
from django.utils import timezone

from forecourt.consent import jobs


@shared_task(ignore_result=True)
def expire_grants(**_later: object) -> None:
    """End grants whose time is over."""
    jobs.expire_grants(now=timezone.now())


@shared_task(ignore_result=True)
def publish_grants(**_later: object) -> None:
    """Bring Valkey in line with the database."""
    jobs.publish_grants(now=timezone.now())


@shared_task(ignore_result=True)
def clear_old(**_later: object) -> None:
    """Drop expired tokens, codes and requests."""
    jobs.clear_old(now=timezone.now())
