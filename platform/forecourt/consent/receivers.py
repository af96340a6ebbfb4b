"""Drops what is cached about a token whenever its row changes or goes."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from forecourt.consent import token_cache
from forecourt.consent.models import AccessToken


@receiver([post_save, post_delete], sender=AccessToken)
def forget_token(instance: AccessToken, **_signal: Any) -> None:
    """Forget a token once the change is committed."""
    checksum = instance.token_checksum
    transaction.on_commit(lambda: token_cache.forget(checksum), robust=True)
