"""Which requests the data plane takes from Django, and who answers them."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from forecourt.streams.edge import events, frames, latest, live
from forecourt.streams.errors import MethodNotAllowedError

Handler = Callable[..., Awaitable[None]]
VEHICLE: Final = r"(?P<vehicle>[a-z0-9-]{1,20})"


class Route(NamedTuple):
    """One method and address; the pattern's groups become the handler's arguments."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler


ROUTES: Final = (
    Route("POST", re.compile(r"/vehicle/v1/frames"), frames.post_frame),
    Route("POST", re.compile(r"/vehicle/v1/cards"), frames.post_card),
    Route("GET", re.compile(r"/vehicle/v1/events"), events.get_events),
    Route("GET", re.compile(rf"/v1/vehicles/{VEHICLE}/signals"), latest.get_signals),
    Route("GET", re.compile(r"/live/(?P<ticket>[A-Za-z0-9_:.-]{1,400})"), live.get_live),
)
VISS: Final = re.compile(rf"/v1/vehicles/{VEHICLE}/viss")


def matches(path: str) -> bool:
    """Whether the data plane answers HTTP requests at this address."""
    return any(route.pattern.fullmatch(path) for route in ROUTES)


def handler(method: str, path: str) -> tuple[Handler, dict[str, Any]]:
    """Who answers, and the names found in the address.

    Raises:
        MethodNotAllowedError: nobody takes this method here.
    """
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route.handler, match.groupdict()
    raise MethodNotAllowedError
