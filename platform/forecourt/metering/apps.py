"""Django's view of this package."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    """Who used how much."""

    name = "forecourt.metering"
    label = "metering"
    default_auto_field = "django.db.models.BigAutoField"
