"""VISS v3 messages: reading requests and filters, writing answers and events. Pure."""

from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from typing_extensions import override

from forecourt.streams.errors import StreamsError
from sandbox.wire import catalog, times

CHANGES: Final = frozenset({"eq", "ne", "gt", "gte", "lt", "lte"})
MIN_PERIOD_MS: Final = 50
MAX_MESSAGE: Final = 64 << 10
MAX_PATH: Final = 200


class VissError(StreamsError):
    """The request was refused; number and reason are VISS's own."""

    def __init__(self, number: str, reason: str, description: str) -> None:
        super().__init__(description)
        self.number: Final = number
        self.reason: Final = reason

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, VissError) and self.document() == other.document()

    __hash__ = None  # type: ignore[assignment]

    def document(self) -> dict[str, str]:
        """The error object of an answer or event."""
        return {"number": self.number, "reason": self.reason, "description": str(self)}


def bad_request(description: str) -> VissError:
    """The message violates the protocol."""
    return VissError("400", "bad_request", description)


def denied(error: StreamsError) -> VissError:
    """Every denial is 401 `invalid_token`; our own code and the way out go into the description."""
    return VissError("401", "invalid_token", f"{error.code}: {error} {error.resolution}".strip())


class Request(msgspec.Struct, rename={"request_id": "requestId", "subscription_id": "subscriptionId"}):
    """What a client may send."""

    action: str
    request_id: str
    path: str = ""
    filter: Any = None
    subscription_id: str = ""
    authorization: str = ""


class Change(NamedTuple):
    """Send when the value differs from the last one sent by `operator` and `difference`."""

    operator: str = "ne"
    difference: float = 0.0


class TimeBased(NamedTuple):
    """Send the latest value once in a period."""

    seconds: float


class Filters(NamedTuple):
    """What a request's filter says: relative paths, and when to send."""

    paths: tuple[str, ...] = ()
    mode: Change | TimeBased = Change()
    names_mode: bool = False


def decode(text: str | bytes) -> Request:
    """Read a request.

    Raises:
        VissError: not JSON, or without action or requestId.
    """
    if len(text) > MAX_MESSAGE:
        raise bad_request(f"A message has at most {MAX_MESSAGE:,} characters.")
    try:
        return msgspec.json.decode(text, type=Request)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise bad_request(f"The message is refused: {error}") from error


def request_id(text: str | bytes) -> str | None:
    """The id of a message that is refused as a whole, where one can be read."""
    try:
        found = msgspec.json.decode(text, type=dict[str, Any]).get("requestId")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def parse_filters(given: Any) -> Filters:
    """Read a filter: at most one `paths`, and at most one of `change` and `timebased`.

    Raises:
        VissError: malformed, or a filter we do not have.
    """
    parts = given if isinstance(given, list) else [given] if given is not None else []
    filters = Filters()
    for part in parts:
        if not isinstance(part, dict) or part.keys() != {"variant", "parameter"}:
            raise bad_request("A filter has exactly the keys variant and parameter.")
        variant, parameter = part["variant"], part["parameter"]
        if variant == "paths" and not filters.paths:
            filters = filters._replace(paths=_paths(parameter))
        elif variant in ("change", "timebased") and not filters.names_mode:
            mode = _change(parameter) if variant == "change" else _timebased(parameter)
            filters = filters._replace(mode=mode, names_mode=True)
        elif variant in ("paths", "change", "timebased"):
            raise bad_request("At most one paths filter and one other filter can be combined.")
        else:
            raise VissError("404", "unavailable_data", f"The filter {str(variant)[:40]!r} is not supported.")
    return filters


def _paths(parameter: Any) -> tuple[str, ...]:
    elements = [parameter] if isinstance(parameter, str) else parameter
    if not isinstance(elements, list) or not elements or not all(isinstance(one, str) and one for one in elements):
        raise bad_request("The paths filter takes one relative path or a list of them.")
    return tuple(one.replace("/", ".") for one in elements)


def _change(parameter: Any) -> Change:
    if not isinstance(parameter, dict) or parameter.keys() != {"logic-op", "diff"}:
        raise bad_request("The change filter takes logic-op and diff.")
    if parameter["logic-op"] not in CHANGES:
        raise bad_request(f"The change filter's logic-op is one of {', '.join(sorted(CHANGES))}.")
    return Change(parameter["logic-op"], _number(parameter["diff"]))


def _timebased(parameter: Any) -> TimeBased:
    if not isinstance(parameter, dict) or parameter.keys() != {"period"}:
        raise bad_request("The timebased filter takes period, in milliseconds.")
    period = _number(parameter["period"])
    if not MIN_PERIOD_MS <= period <= 86_400_000:
        raise bad_request(f"A period lies between {MIN_PERIOD_MS} ms and a day.")
    return TimeBased(period / 1000)


def _number(text: Any) -> float:
    try:
        return float(text) if isinstance(text, str) else float("nan")
    except ValueError as error:
        raise bad_request("Numbers are written as JSON numbers inside a text.") from error


def resolve(path: str, relative: tuple[str, ...]) -> tuple[str, ...]:
    """The signals a request names: one leaf, or what the paths filter finds below `path`.

    Raises:
        VissError: too long, a wildcard where none may be, a branch without a filter, or nothing there.
    """
    root = path.replace("/", ".")
    if max(map(len, (root, *relative))) > MAX_PATH:  # the catalog remembers the patterns it was asked for
        raise VissError("400", "invalid_data", f"A path has at most {MAX_PATH} characters.")
    if not root or "*" in root:
        raise VissError("400", "invalid_data", "A path has no wildcard; wildcards belong into the paths filter.")
    if not relative:
        return (_leaf(root),)
    found: dict[str, None] = {}
    for element in relative:
        if "**" in element:
            raise VissError("400", "invalid_data", "In the paths filter * is exactly one segment.")
        below = catalog.DEFAULT.expand(f"{root}.{element}")
        if not below:
            raise VissError("404", "unavailable_data", f"Nothing matches {root}.{element}"[:200])
        found |= dict.fromkeys(signal.path for signal in below)
    return tuple(found)


def _leaf(path: str) -> str:
    if path in catalog.DEFAULT:
        return path
    if catalog.DEFAULT.expand(path):
        raise VissError("400", "invalid_data", "Requested action on a branch is not supported")
    raise VissError("404", "unavailable_data", f"not_supported_by_vehicle: there is no signal {path[:120]!r}.")


def text_of(value: Any) -> str:
    """A value as VISS writes it: always text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def data_of(points: list[tuple[str, Any, str]]) -> Any:
    """The `data` member: an object for one signal, an array for many. Points are path, value and capture time."""
    data = [{"path": path, "dp": {"value": text_of(value), "ts": ts}} for path, value, ts in points]
    return data[0] if len(data) == 1 else data


def encode(now: datetime, **members: Any) -> str:
    """A message to the client, with its time."""
    return msgspec.json.encode(members | {"ts": times.render(now)}).decode()
