"""`manage.py keys init` and `manage.py keys export-roots DIR`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from typing_extensions import override

from forecourt.delivery import ceremony
from forecourt.delivery.errors import DeliveryError


class Command(BaseCommand):
    """Make the signing keys, or give out the first roots."""

    help = "Make the signing keys (init), or write the first roots for head units (export-roots DIR)."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("init", help="make what is missing; do nothing when all is there")
        verbs.add_parser("export-roots", help="copy the first roots").add_argument("folder", type=Path)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.KEYS_DIR)
        try:
            if options["verb"] == "init":
                self._init(folder)
            else:
                for path in ceremony.export_roots(folder, options["folder"]):
                    self.stdout.write(str(path))
        except DeliveryError as error:
            raise CommandError(f"{error} {error.resolution}") from error

    def _init(self, folder: Path) -> None:
        if ceremony.init(folder, now=timezone.now()):
            self.stdout.write(f"Made the keys in {folder}. Keep {folder / 'offline'} off this machine.")
        else:
            self.stdout.write("The keys are there already.")
