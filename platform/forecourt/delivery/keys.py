"""The keys of both repositories, one PEM file each, in folders that belong to different hands.

`offline/` holds the roots and the image repository's targets key and is needed only for ceremonies; `approval/` belongs
to the signer process alone; `online/` to the web and worker processes; `public/` is what cars and mirrors get.
"""

from functools import cache, cached_property
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from securesystemslib.signer import CryptoSigner

from forecourt.delivery.errors import KeyMissingError

REPOSITORIES: Final = ("image", "director")
ROOT_KEYS: Final = 3
ROOT_THRESHOLD: Final = 2
OFFLINE: Final = (
    *(f"{repository}-root-{number}" for repository in REPOSITORIES for number in range(1, ROOT_KEYS + 1)),
    "image-targets",
)
ONLINE: Final = ("image-snapshot", "image-timestamp", "director-targets", "director-snapshot", "director-timestamp")
FILES: Final = {
    **{name: f"offline/{name}.pem" for name in OFFLINE},
    "approval": "approval/approval.pem",
    **{name: f"online/{name}.pem" for name in ONLINE},
}


class Keyring:
    """Reads keys when they are needed, so that a process only ever holds its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._signers: dict[str, CryptoSigner] = {}

    def signer(self, name: str) -> CryptoSigner:
        """The private key of a role.

        Raises:
            KeyMissingError: its file is not here.
        """
        if name not in self._signers:
            try:
                data = (self.folder / FILES[name]).read_bytes()
            except OSError as error:
                raise KeyMissingError(f"The key {name} is not in the keys folder.") from error
            self._signers[name] = CryptoSigner(load_pem_private_key(data, None))
        return self._signers[name]

    def public(self, repository: str, name: str) -> bytes:
        """A public file that a ceremony made, such as `1.root.json`.

        Raises:
            KeyMissingError: no ceremony was held here.
        """
        try:
            return (self.folder / "public" / repository / name).read_bytes()
        except OSError as error:
            raise KeyMissingError(f"The keys folder has no {repository}/{name}.") from error

    @cached_property
    def director_roots(self) -> dict[str, bytes]:
        """Every root of the director repository by file name: all of them stay served for the life of the fleet."""
        folder = self.folder / "public" / "director"
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*.root.json"))}


@cache
def keyring(folder: Path) -> Keyring:
    """The keys of one folder."""
    return Keyring(folder)


def from_settings() -> Keyring:
    """The keys that the settings name."""
    return keyring(Path(settings.KEYS_DIR))
