"""A published grant as the data plane asks it: may this data point go out now? Pure; `watch.py` keeps grants fresh."""

from typing import Final

import msgspec

from forecourt.consent.published import PublishedGrant, Rule
from forecourt.streams.errors import NotGrantedError

ACTIVE: Final = "active"


class LiveGrant:
    """A grant with its rules by action and signal."""

    def __init__(self, published: PublishedGrant) -> None:
        self.published: Final = published
        self._rules: Final = {(action, rule.path): rule for rule in published.items for action in rule.actions}

    def find(self, *, action: str, path: str) -> Rule | None:
        """The rule that allows an action on a signal, whatever the time."""
        return self._rules.get((action, path))

    def is_live(self, now: float) -> bool:
        """Whether the driver's permission holds at `now`."""
        published = self.published
        return published.status == ACTIVE and (published.exp is None or now < published.exp)


def decode(raw: bytes | str | None, dead: object = None) -> LiveGrant | None:
    """The grant in its published form; none if there is none, or if its tombstone is set."""
    if raw is None or dead is not None:
        return None
    return LiveGrant(msgspec.json.decode(raw, type=PublishedGrant))


def allow(grant: LiveGrant | None, *, action: str, path: str, now: float) -> Rule:
    """The rule under which a data point may be sent at this moment.

    Raises:
        NotGrantedError: no grant, not live, or it does not cover this.
    """
    if grant is None:
        raise NotGrantedError("The driver has given this app no permission for this car, or has taken it back.")
    if not grant.is_live(now):
        status = grant.published.status
        raise NotGrantedError(f"The driver's permission is {'expired' if status == ACTIVE else status}.")
    rule = grant.find(action=action, path=path)
    if rule is None:
        raise NotGrantedError(f"The driver did not allow {action}:{path}.")
    return rule
