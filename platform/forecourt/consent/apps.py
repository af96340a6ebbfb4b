"""Django's view of this package."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class ConsentConfig(AppConfig):
    """The OAuth server, scopes, grants, receipts."""

    name = "forecourt.consent"
    label = "consent"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        """Connect the receivers."""
        import_module("forecourt.consent.receivers")
