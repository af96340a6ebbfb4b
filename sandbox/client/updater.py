"""The two repositories, each verified by an unmodified `tuf.ngclient.Updater` with a root from the factory."""

import logging
from pathlib import Path
from typing import Final

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import Metadata, TargetFile, Targets, Timestamp
from tuf.ngclient import Updater

from sandbox.client.errors import BadBundleError, UntrustedMetadataError
from sandbox.client.transport import Fetcher, Platform

DIRECTOR: Final = "director"
IMAGE: Final = "image"
#: What a stock updater raises when something does not verify or does not arrive.
FAILURES: Final = (RepositoryError, DownloadError, OSError, ValueError)

logging.getLogger("tuf").setLevel(logging.ERROR)


class Repositories:
    """Where the car gets its orders and its bundles from."""

    def __init__(self, home: Path, *, roots: Path, platform: Platform) -> None:
        self._home = home
        self._roots = roots
        self._platform = platform

    def director_set(self, vehicle: str) -> tuple[Targets, Timestamp]:
        """Fetch and verify the director's current set for this car.

        Raises:
            UntrustedMetadataError: it does not verify, or does not arrive.
        """
        base = f"{self._platform.url}/director/{vehicle}/metadata/"
        self._refreshed(DIRECTOR, base, as_vehicle=True)
        folder = self._folder(DIRECTOR)
        targets = Metadata[Targets].from_bytes((folder / "targets.json").read_bytes()).signed
        timestamp = Metadata[Timestamp].from_bytes((folder / "timestamp.json").read_bytes()).signed
        return targets, timestamp

    def image(self) -> "ImageRepository":
        """Fetch and verify the image repository's current top level.

        Raises:
            UntrustedMetadataError: it does not verify, or does not arrive.
        """
        return ImageRepository(self._refreshed(IMAGE, f"{self._platform.url}/image/metadata/", as_vehicle=False))

    def _refreshed(self, name: str, base: str, *, as_vehicle: bool) -> Updater:
        folder = self._folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            updater = Updater(
                str(folder),
                base,
                target_dir=str(self._home / "downloads"),
                target_base_url=f"{self._platform.url}/image/targets/",
                fetcher=Fetcher(self._platform, as_vehicle=as_vehicle),
                bootstrap=(self._roots / f"{name}.root.json").read_bytes(),
            )
            updater.refresh()
        except FAILURES as error:
            raise UntrustedMetadataError(f"{name}: {type(error).__name__}: {error}") from error
        return updater

    def _folder(self, name: str) -> Path:
        return self._home / "metadata" / name


class ImageRepository:
    """What people approved."""

    def __init__(self, updater: Updater) -> None:
        self._updater = updater

    def find(self, path: str) -> TargetFile | None:
        """The approved target of this name, if there is one.

        Raises:
            UntrustedMetadataError: its bin does not verify, or does not arrive.
        """
        try:
            return self._updater.get_targetinfo(path)
        except FAILURES as error:
            raise UntrustedMetadataError(f"{path}: {type(error).__name__}: {error}") from error

    def download(self, target: TargetFile) -> bytes:
        """The bundle, with length and hashes checked.

        Raises:
            BadBundleError: it is not what was approved, or does not arrive.
        """
        try:
            path = Path(self._updater.download_target(target))
            content = path.read_bytes()
            path.unlink()
        except FAILURES as error:
            raise BadBundleError(f"{type(error).__name__}: {error}") from error
        return content
