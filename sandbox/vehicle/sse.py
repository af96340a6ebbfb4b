"""Server-sent events, read from the lines of a response: pure rules of the WHATWG event-stream format."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    kind: str
    data: str


@dataclass(slots=True)
class EventReader:
    """Puts lines together to events; comments, ids and retry hints are passed over."""

    kind: str = "message"
    data: list[str] = field(default_factory=list)

    def feed(self, line: str) -> Event | None:
        """Take one line without its end; an empty one completes an event."""
        if not line:
            return self._complete()
        name, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self.kind = value
        elif name == "data":
            self.data.append(value)
        return None

    def _complete(self) -> Event | None:
        event = Event(self.kind, "\n".join(self.data)) if self.data else None
        self.kind, self.data = "message", []
        return event
