"""Django's view of this package."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class StreamsConfig(AppConfig):
    """Frames in, latest values and subscriptions out, feeds and commands."""

    name = "forecourt.streams"
    label = "streams"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        """Listen to consent, now that every model is loaded."""
        import_module("forecourt.streams.receivers")
