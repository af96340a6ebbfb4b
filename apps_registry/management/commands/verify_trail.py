"""`manage.py verify_trail`: follow the hash chain of the trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from apps_registry import trail
from apps_registry.errors import TrailBrokenError


class Command(BaseCommand):
    """Check that no entry of the trail was changed, dropped or inserted."""

    help = __doc__ or ""

    @override
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say how many entries the intact chain has, or fail naming the first broken one."""
        try:
            count = trail.verify()
        except TrailBrokenError as error:
            raise CommandError(f"{error} {error.resolution}") from error
        self.stdout.write(self.style.SUCCESS(f"{count} entries, unbroken."))
