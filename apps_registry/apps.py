"""Django's view of this package."""

from django.apps import AppConfig


class AppsRegistryConfig(AppConfig):
    """Apps, releases, bundles, vetting findings, review and listing."""

    name = "apps_registry"
    label = "apps_registry"
    default_auto_field = "django.db.models.BigAutoField"
