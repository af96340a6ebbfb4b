"""A grant's items, compiled to one rule for each signal. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from forecourt.consent.published import Rule
from sandbox.wire.catalog import Catalog, Signal
from sandbox.wire.scopes import PRECISIONS

#: Signal path to what is allowed there; a path that is missing is denied.
CompiledGrant = Mapping[str, Rule]

_COLLECTED: Final = frozenset({"read", "subscribe", "history"})


class Allowance(Protocol):
    """One allowed thing: a row of GrantItem, or its like."""

    action: str
    pattern: str
    precision: str
    max_hz: float | None


def compile_grant(items: Iterable[Allowance], catalog: Catalog) -> CompiledGrant:
    """Expand patterns over the catalog; where items meet on one signal, the coarsest and slowest rule holds."""
    rules: dict[str, Rule] = {}
    for item in items:
        for signal in catalog.expand(item.pattern):
            if _fits(item.action, signal):
                rules[signal.path] = _stricter(rules.get(signal.path), item, signal.path)
    return rules


def collected(items: Iterable[Allowance], catalog: Catalog) -> frozenset[str]:
    """The paths that a car must send for these items; prices do not come from cars."""
    readable = [item for item in items if item.action in _COLLECTED]
    return frozenset(path for path in compile_grant(readable, catalog) if path.startswith("Vehicle."))


def _fits(action: str, signal: Signal) -> bool:
    return action != "actuate" or signal.kind == "actuator"


def _stricter(rule: Rule | None, item: Allowance, path: str) -> Rule:
    if rule is None:
        return Rule(path=path, actions=(item.action,), precision=item.precision, max_hz=item.max_hz)
    rates = [rate for rate in (rule.max_hz, item.max_hz) if rate is not None]
    return Rule(
        path=path,
        actions=tuple(sorted({*rule.actions, item.action})),
        precision=max(rule.precision, item.precision, key=PRECISIONS.index),
        max_hz=min(rates) if rates else None,
    )
