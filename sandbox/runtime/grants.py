"""Which signals a set of scopes lets an app touch."""

from collections.abc import Iterable

from sandbox.runtime.messages import Granted
from sandbox.wire.catalog import DEFAULT, Catalog
from sandbox.wire.scopes import Scope

READING = frozenset({"read", "subscribe"})


def granted_of(scopes: Iterable[Scope], *, catalog: Catalog = DEFAULT) -> Granted:
    """The signals that granted scopes cover in this car's catalog."""
    readable: set[str] = set()
    actuatable: set[str] = set()
    for scope in scopes:
        signals = catalog.expand(scope.pattern)
        if scope.action in READING:
            readable |= {signal.path for signal in signals}
        if scope.action == "actuate":
            actuatable |= {signal.path for signal in signals if signal.kind == "actuator"}
    return Granted(readable=frozenset(readable), actuatable=frozenset(actuatable))
