"""Names of what the data plane keeps in Valkey; all keys of one vehicle or feed share a hash tag.

What consent publishes there is named in `consent/published.py`.
"""

from typing import Final

STREAM_LENGTH: Final = 10_000  # frames kept per vehicle, about


def feed(area: str) -> str:
    """The name under which an area's feed is kept, where a vehicle would have its public id."""
    return f"feed:{area}"


def frames(name: str) -> str:
    """The stream of acknowledged frames."""
    return f"frames:{{{name}}}"


def sequence(name: str) -> str:
    """Sorted set of the acknowledged sequence numbers, as many as the stream keeps frames."""
    return f"seq:{{{name}}}"


def latest(name: str) -> str:
    """Hash from path to the latest data point."""
    return f"latest:{{{name}}}"


def data(name: str) -> str:
    """Channel of data points as they come in."""
    return f"data:{{{name}}}"


def cards(name: str) -> str:
    """Hash from app to the card it shows now."""
    return f"cards:{{{name}}}"


def live(name: str) -> str:
    """Channel of what the driver's own pages show."""
    return f"live:{{{name}}}"


def wake(name: str) -> str:
    """Channel that nudges the car."""
    return f"wake:{{{name}}}"


def stopped(name: str, grant_id: str) -> str:
    """Hash from data-plane process to the time of the last byte it sent under a revoked grant."""
    return f"stopped:{{{name}}}:{grant_id}"
