"""Django's view of this package."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages for people, the table of problems, middleware."""

    name = "forecourt.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
