"""Django's view of this package."""

from django.apps import AppConfig


class VehiclesConfig(AppConfig):
    """Cars, pairing, people's roles on a car and vehicle identity."""

    name = "forecourt.vehicles"
    label = "vehicles"
    default_auto_field = "django.db.models.BigAutoField"
