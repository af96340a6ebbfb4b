"""What the head unit remembers: one small file, replaced as a whole, which is the truth about what is installed."""

import os
from pathlib import Path

import msgspec


class InstalledApp(msgspec.Struct, frozen=True, kw_only=True):
    """An app as it is installed, and what its driver granted."""

    app: str
    version: str
    counter: int
    path: str
    length: int
    sha256: str
    publisher_key: str
    granted: tuple[str, ...]
    folder: str

    @property
    def home(self) -> Path:
        """The folder that holds the bundle's members."""
        return Path(self.folder)

    @property
    def component(self) -> Path:
        """The app's WebAssembly component."""
        return self.home / "app.wasm"

    @property
    def manifest(self) -> Path:
        """The app's manifest."""
        return self.home / "manifest.json"


class Memory(msgspec.Struct, kw_only=True):
    """Everything that must survive a restart."""

    director: int = 0  # the newest set that was followed to its end
    fresh_until: str = ""  # when the director's timestamp expires
    report_counter: int = 0
    owes_report: bool = False  # something changed that the platform was not told yet
    apps: dict[str, InstalledApp] = {}
    floors: dict[str, int] = {}  # the highest release counter of each app that was ever installed
    refused: tuple[tuple[str, str], ...] = ()
    refused_set: int = 0  # the director's set in which something was refused, and how often, and when to try again
    refusals: int = 0
    retry_at: str = ""


class Store:
    """Reads and replaces the memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.memory = msgspec.json.decode(path.read_bytes(), type=Memory) if path.exists() else Memory()

    def save(self) -> None:
        """Replace the file; a power cut leaves the old one or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(self.memory))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)
