"""What parents and their confined children tell each other; a parent decodes strictly, its child may be hostile."""

from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=8192)]
Path = Annotated[str, msgspec.Meta(max_length=300)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What one app may take: bytes of each memory, and for each event fuel and hundredths of a second.

    Fuel decides, for it is the same on every machine; the clock only stops what fuel does not see.
    """

    memory: int = 64 << 20
    fuel: int = 200_000_000
    ticks: int = 100


class Granted(msgspec.Struct, frozen=True):
    """The signals that one app may read, and those it may set."""

    readable: frozenset[str]
    actuatable: frozenset[str] = frozenset()

    def __and__(self, other: "Granted") -> "Granted":
        """What both of them allow."""
        return Granted(self.readable & other.readable, self.actuatable & other.actuatable)


class Job(msgspec.Struct, frozen=True):
    """What a child that runs an app is told first: where the compiled code lies, and what the app may do and take."""

    code: str
    granted: Granted
    budget: Budget


class Replay(msgspec.Struct, frozen=True):
    """What the vetting child is told: the job, and the changes of the signals from tick to tick."""

    job: Job
    rows: list[dict[str, object]]


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What vetting saw. `stopped` is the code of the reason if the app did not come to the end, and `stage` where."""

    imports: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)] = ()
    ticks: Count = 0
    used: dict[Path, Count] = {}
    denied: dict[Path, Count] = {}
    errors: Annotated[tuple[tuple[Count, Text], ...], msgspec.Meta(max_length=50)] = ()
    error_count: Count = 0
    fuel_p50: Count = 0
    fuel_max: Count = 0
    card_count: Count = 0
    cards: Annotated[tuple[Text, ...], msgspec.Meta(max_length=100)] = ()
    actuation_count: Count = 0
    hurried: Count = 0
    deterministic: bool = True
    stage: str = ""
    stopped: str = ""
    text: Text = ""


class TickRequest(msgspec.Struct, frozen=True):
    """One event for a running app, and which of its signals changed or went since the last one."""

    event: dict[str, object]
    changed: dict[str, object] = {}
    gone: tuple[str, ...] = ()


class TickAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the app did in one event. `error` is its own text or, with the child gone, the code of `stopped`."""

    cards: Annotated[tuple[Text, ...], msgspec.Meta(max_length=5)] = ()
    actuations: Annotated[tuple[tuple[Path, Text], ...], msgspec.Meta(max_length=1000)] = ()
    logs: Annotated[tuple[tuple[int, Text], ...], msgspec.Meta(max_length=50)] = ()
    denied: dict[Path, Count] = {}
    fuel: Count = 0
    error: Text | None = None
    stopped: str = ""
