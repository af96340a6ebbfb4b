"""Django's view of this package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, organisations, roles and second factors."""

    name = "forecourt.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
