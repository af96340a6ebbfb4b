"""Frames on their way: kept on disk from the moment they exist until the platform has acknowledged them."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from sandbox.wire.frames import Point

_SCHEMA: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS frame (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS refused (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, reason TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame that the platform has not acknowledged yet; sent again, it has the same number."""

    seq: int
    content: bytes


class Outbox:
    """A queue of frames in the car's own store; numbers only rise, also over a restart."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)

    def __len__(self) -> int:
        """How many frames wait."""
        return int(self._db.execute("SELECT count(*) FROM frame").fetchone()[0])

    def add(self, points: list[Point], *, source: str) -> None:
        """Put a frame at the end of the queue."""
        body = msgspec.json.encode({"source": source, "points": points})
        self._db.execute("INSERT INTO frame (body) VALUES (?)", (body,))

    def oldest(self) -> Waiting | None:
        """The frame that must be acknowledged next."""
        row = self._db.execute("SELECT seq, body FROM frame ORDER BY seq LIMIT 1").fetchone()
        return Waiting(row[0], b'{"seq":%d,' % row[0] + row[1][1:]) if row else None

    def acknowledge(self, seq: int) -> None:
        """Forget a frame that has arrived."""
        self._db.execute("DELETE FROM frame WHERE seq = ?", (seq,))

    def set_aside(self, seq: int, *, reason: str) -> None:
        """Keep a frame that the platform will never take, so that it does not hold up the others."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute("INSERT INTO refused SELECT seq, body, ? FROM frame WHERE seq = ?", (reason, seq))
            self._db.execute("DELETE FROM frame WHERE seq = ?", (seq,))

    def refused(self) -> list[tuple[int, str]]:
        """The frames that were set aside, with the reason."""
        return [(seq, reason) for seq, reason in self._db.execute("SELECT seq, reason FROM refused ORDER BY seq")]

    def close(self) -> None:
        """Let go of the store."""
        self._db.close()
