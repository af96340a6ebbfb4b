"""Django's view of this package."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """The OAuth server, scopes, grants, receipts."""

    name = "forecourt.consent"
    label = "consent"
    default_auto_field = "django.db.models.BigAutoField"
