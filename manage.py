"""Put the source root on the path and hand over to Django."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one management command."""
    sys.path.insert(1, str(Path(__file__).resolve().parent / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - Django is found only after the insert

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
