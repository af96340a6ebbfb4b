"""Writes every live grant to Valkey anew, say after it lost its memory."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from typing_extensions import override

from forecourt.consent import jobs


class Command(BaseCommand):
    """Bring Valkey in line with the database."""

    help = "Write every live grant to Valkey and bury what is not live."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        count = jobs.publish_grants(now=timezone.now())
        self.stdout.write(f"{count} live grants published.")
