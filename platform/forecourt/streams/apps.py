"""Django's view of this package."""

from django.apps import AppConfig


class StreamsConfig(AppConfig):
    """Frames in, latest values and subscriptions out, feeds and commands."""

    name = "forecourt.streams"
    label = "streams"
    default_auto_field = "django.db.models.BigAutoField"
