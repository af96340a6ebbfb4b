"""Django's view of this package."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class DeliveryConfig(AppConfig):
    """Signed metadata, rollouts and the vehicle's API for fetching."""

    name = "forecourt.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        """Listen to the registry and to consent, now that every model is loaded."""
        import_module("forecourt.delivery.receivers")
