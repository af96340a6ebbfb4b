"""`manage.py signer`: the one process that holds the approval key."""

import signal
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from forecourt.delivery import keys
from forecourt.delivery.approval import KeyHolder
from forecourt.delivery.errors import DeliveryError
from forecourt.delivery.signer import SignerServer


class Command(BaseCommand):
    """Sign bins of the image repository for whoever reaches the socket."""

    help = "Hold the approval key and sign reviewed releases into the image repository."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _leave)
        try:
            server = SignerServer(Path(settings.SIGNER_SOCKET), KeyHolder(keys.from_settings().signer("approval")))
        except DeliveryError as error:
            raise CommandError(f"{error} {error.resolution}") from error
        self.stdout.write(f"Signing on {settings.SIGNER_SOCKET}")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            server.server_close()


def _leave(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    raise KeyboardInterrupt
