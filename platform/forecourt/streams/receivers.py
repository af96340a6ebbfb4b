"""What consent tells us: grants changed."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from forecourt.consent.signals import grants_changed
from forecourt.streams.services import commands


@receiver(grants_changed)
def follow(*, vehicle_ids: list[UUID], **_about: Any) -> None:
    """Cancel what may no longer be done, and hide what may no longer be shown."""
    commands.cancel_unallowed(vehicle_ids=vehicle_ids, now=timezone.now())
    commands.forget_cards(vehicle_ids=vehicle_ids)
