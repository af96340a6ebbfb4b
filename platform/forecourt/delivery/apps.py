"""Django's view of this package."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Signed metadata, rollouts and the vehicle's API for fetching."""

    name = "forecourt.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"
