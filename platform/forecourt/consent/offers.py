"""What an app may be granted: what it asked for, within its manifest, as ticked by the driver. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from apps_registry import sentences
from forecourt.consent import wording
from forecourt.consent.errors import ConsentTamperedError
from sandbox.wire.catalog import DEFAULT
from sandbox.wire.errors import ScopeError
from sandbox.wire.scopes import APP_ACTIONS, OIDC, PRECISIONS, Scope, parse_many

EXPIRIES: Final[Mapping[str, timedelta | None]] = {
    "1d": timedelta(days=1),
    "30d": timedelta(days=30),
    "until-revoked": None,
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the consent page."""

    index: int
    scope: Scope
    purpose: str
    purpose_slug: str
    reason: str
    required: bool
    max_hz: float | None
    sentence: str
    #: Values and labels the driver may choose from, the finest first; empty where there is nothing to choose.
    precision_choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the driver ticked."""

    vehicles: tuple[str, ...]
    items: frozenset[int]
    expiry: str
    precisions: Mapping[int, str] = field(default_factory=dict)


#: How the page comes: no car, nothing optional, and an end.
UNTOUCHED: Final = Choice(vehicles=(), items=frozenset(), expiry="30d")


def covers(ceiling: Scope, asked: Scope) -> bool:
    """Whether a manifest's scope allows another: the same action on the same pattern, as coarse or coarser."""
    same = (ceiling.action, ceiling.pattern) == (asked.action, asked.pattern)
    return same and PRECISIONS.index(asked.precision) >= PRECISIONS.index(ceiling.precision)


def within(manifest: Mapping[str, Any], scopes: Iterable[str]) -> bool:
    """Whether every scope follows the grammar and the manifest declares it; asking for nothing is refused."""
    try:
        asked = parse_many(" ".join(scopes))
    except ScopeError:
        return False
    ceilings = [Scope.parse(permission["scope"]) for permission in manifest["permissions"]]
    declared = all(any(covers(ceiling, scope) for ceiling in ceilings) for scope in asked)
    return bool(asked) and declared and all(scope.action in APP_ACTIONS for scope in asked)


def offer(manifest: Mapping[str, Any], requested: str) -> tuple[Item, ...]:
    """The items to show for a request, numbered by their place in the manifest."""
    asked = parse_many(requested)
    items = []
    for index, permission in enumerate(manifest["permissions"]):
        fitting = [scope for scope in asked if covers(Scope.parse(permission["scope"]), scope)]
        if fitting:
            coarsest = max(fitting, key=lambda scope: PRECISIONS.index(scope.precision))
            items.append(_item(index, coarsest, permission))
    return tuple(items)


def choose(items: Sequence[Item], choice: Choice) -> tuple[Item, ...]:
    """The items that are granted: the required and the ticked ones, at the chosen precision.

    Raises:
        ConsentTamperedError: an item or a precision was ticked that was not on the page.
    """
    shown = {item.index for item in items}
    if not choice.items <= shown or not choice.precisions.keys() <= shown:
        raise ConsentTamperedError("An item was ticked that the app did not ask for.")
    return tuple(_at_precision(item, choice) for item in items if item.required or item.index in choice.items)


def expires_at(choice: Choice, *, now: datetime) -> datetime | None:
    """When a grant ends by itself, if ever.

    Raises:
        ConsentTamperedError: the page did not offer this.
    """
    if choice.expiry not in EXPIRIES:
        raise ConsentTamperedError("This duration was not offered.")
    lifetime = EXPIRIES[choice.expiry]
    return None if lifetime is None else now + lifetime


def token_scope(granted: Sequence[Item], requested: str) -> str:
    """The scope of the token: what was granted, and leave to refresh it if asked for."""
    kept = [word for word in requested.split() if word in OIDC and word != "openid"]
    return " ".join(dict.fromkeys([*(str(item.scope) for item in granted), *kept]))


def _at_precision(item: Item, choice: Choice) -> Item:
    wanted = choice.precisions.get(item.index, item.scope.precision)
    if wanted != item.scope.precision and wanted not in dict(item.precision_choices):
        raise ConsentTamperedError("This precision was not offered.")
    scope = Scope(item.scope.action, item.scope.pattern, wanted)
    return replace(item, scope=scope, sentence=sentences.sentence(scope))


def _item(index: int, scope: Scope, permission: Mapping[str, Any]) -> Item:
    rate = permission.get("max_hz")
    return Item(
        index=index,
        scope=scope,
        purpose=sentences.purpose(permission["purpose"]),
        purpose_slug=permission["purpose"],
        reason=permission["reason"],
        required=bool(permission["required"]),
        max_hz=None if rate is None else float(rate),
        sentence=sentences.sentence(scope),
        precision_choices=_precision_choices(scope),
    )


def _precision_choices(scope: Scope) -> tuple[tuple[str, str], ...]:
    if not any(wording.is_location(signal.path) for signal in DEFAULT.expand(scope.pattern)):
        return ()
    offered = [value for value in PRECISIONS[PRECISIONS.index(scope.precision) :] if value in wording.PRECISION_LABELS]
    return tuple((value, str(wording.PRECISION_LABELS[value])) for value in offered)
