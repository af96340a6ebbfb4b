"""What is kept in Valkey about consent: keys, shapes and the channel. No Django here, so the data plane may use it.

All keys of one car carry its public id as a hash tag and so live in one slot.
"""

from typing import Final, Literal

import msgspec

#: Every change of a grant is announced here as a `Change`.
CHANNEL: Final = "consent"

Kind = Literal["granted", "narrowed", "paused", "resumed", "expired", "revoked"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a grant allows on one signal."""

    path: str
    actions: tuple[str, ...]
    precision: str
    max_hz: float | None


class PublishedGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A live grant, compiled. `exp` is in epoch seconds; None means until revoked."""

    grant: str
    app: str
    vehicle: str
    epoch: int
    exp: int | None
    status: str
    items: tuple[Rule, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One message on the channel; `epoch` is the grant's after the change, `at` is in epoch seconds."""

    grant: str
    vehicle: str
    app: str
    epoch: int
    kind: Kind
    at: float


class TokenFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an access token stands for: a client, and by car the grant to look up. The grant decides, not the token."""

    authorization: str | None
    app: str | None
    client: str
    organisation: str
    user: str | None
    scope: str
    exp: int
    grants: dict[str, str]


def grant_key(vehicle: str, grant: str) -> str:
    """Holds a PublishedGrant as JSON."""
    return f"grant:{{{vehicle}}}:{grant}"


def dead_key(vehicle: str, grant: str) -> str:
    """The tombstone: while it exists the grant is dead, whatever else is stored."""
    return f"{grant_key(vehicle, grant)}:dead"


def grants_key(vehicle: str) -> str:
    """The set of a car's grant ids."""
    return f"grants:{{{vehicle}}}"


def vehicle_key(vehicle: str) -> str:
    """A hash with the car's price `area` and data `source`."""
    return f"vehicle:{{{vehicle}}}"


def token_key(checksum: str) -> str:
    """Holds TokenFacts as JSON for a short while; `checksum` is the token's SHA-256, never the token."""
    return f"at:{checksum}"
