"""What an app asks for, in sentences that a driver understands, made of the catalog's own words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sandbox.wire import purposes
from sandbox.wire.catalog import DEFAULT, Catalog, Signal
from sandbox.wire.manifest import Manifest
from sandbox.wire.scopes import Scope

_BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
_PLACE: Final = "Vehicle.CurrentLocation"
_CLAUSES: Final = ("Whether ", "How ", "Where ", "What ", "When ")
#: How many signals are named one by one before the rest is counted.
_NAMED: Final = 3

#: Where people say it otherwise than the catalog.
_IDIOMS: Final[Mapping[str, str]] = {
    f"{_BATTERY}.StateOfCharge.Current": "how full the battery is",
    f"{_BATTERY}.Charging.IsCharging": "whether the car is charging",
    f"{_BATTERY}.Range": "how far the battery will take you",
    "Vehicle.TraveledDistance": "how far the car has been driven",
}
_BRANCHES: Final[Mapping[str, str]] = {
    "Vehicle": "everything the car reports and exactly where it is",
    _PLACE: "where the car is",
    "Vehicle.Powertrain": "everything about the drive and the battery",
    _BATTERY: "everything about the battery and charging",
    f"{_BATTERY}.StateOfCharge": "how full the battery is",
    f"{_BATTERY}.Charging": "everything about charging",
    f"{_BATTERY}.Charging.Location": "where the car is charged",
    "Vehicle.Cabin": "everything about the cabin",
    "Vehicle.Cabin.Door": "the doors and windows",
    "Vehicle.Chassis": "the tyre pressures",
    "Energy": "electricity prices",
    "Energy.Price": "electricity prices",
}
_ALL: Final[Mapping[str, str]] = {
    "Vehicle": "operate everything in the car that an app can operate",
    f"{_BATTERY}.Charging": "start, stop, limit and time charging",
    "Vehicle.Cabin.Door": "open, close, lock and unlock the doors and windows",
}
_FORMS: Final[Mapping[str, str]] = {
    "read": "See {}",
    "subscribe": "See {}, live",
    "history": "See the record of {}",
    "provide": "Provide {}",
}
_PRECISIONS: Final[Mapping[str, str]] = {
    "exact": "",
    "100m": " to within 100 m",
    "1km": " to within 1 km",
    "city": " to the nearest town",
    "none": " without the place",
}


def items(manifest: Manifest, *, catalog: Catalog = DEFAULT) -> list[dict[str, Any]]:
    """The permissions of a manifest, in its order, as the review desk, the store and the consent page show them.

    Each has `index`, `scope`, `sentence`, `purpose` (its slug), `purpose_sentence`, `reason`, `required`, `max_hz`.
    """
    return [
        {
            "index": index,
            "scope": str(scope),
            "sentence": sentence(scope, catalog=catalog),
            "purpose": asked.purpose,
            "purpose_sentence": purposes.sentence(asked.purpose),
            "reason": asked.reason,
            "required": asked.required,
            "max_hz": asked.max_hz,
        }
        for index, (scope, asked) in enumerate(zip(manifest.scopes, manifest.permissions, strict=True))
    ]


def sentence(scope: Scope, *, catalog: Catalog = DEFAULT) -> str:
    """A scope as one sentence without a full stop, such as "See how full the battery is"."""
    signals = catalog.expand(scope.pattern)
    branch = _branch(scope.pattern, signals, catalog)
    if scope.action == "actuate":
        actuators = [signal for signal in signals if signal.kind == "actuator"]
        return _capital(_ALL.get(branch) or _joined([_act(signal) for signal in actuators]) or "operate nothing")
    what = _BRANCHES.get(branch) or _joined([_noun(signal) for signal in signals]) or "nothing"
    if what == _BRANCHES[_PLACE] and scope.precision == "exact":
        what = f"exactly {what}"
    return _FORMS[scope.action].format(what + _PRECISIONS[scope.precision])


def _branch(pattern: str, signals: Sequence[Signal], catalog: Catalog) -> str:
    """The branch whose every signal the pattern names, else the pattern itself."""
    branch = pattern.rstrip(".*")
    return branch if catalog.expand(branch) == signals else pattern


def _noun(signal: Signal) -> str:
    """What can be seen: the clause that describes a signal, else its label."""
    if signal.path in _IDIOMS:
        return _IDIOMS[signal.path]
    if not signal.description.startswith(_CLAUSES):
        return f"the {_small(signal.label)}"
    clause = signal.description.rstrip(".")
    return _small(clause.partition(",")[0] if clause.startswith("Where ") else clause)


def _act(signal: Signal) -> str:
    """What can be done: the label where it says so itself, else a change of what the signal tells."""
    verb = signal.label.partition(" ")[0]
    if signal.description.startswith(f"{verb}s "):
        return _small(signal.label)
    noun = _noun(signal)
    return f"set {noun}" if noun.startswith("the ") else f"change {noun}"


def _joined(phrases: Sequence[str]) -> str:
    """Up to three phrases in a row; more are counted."""
    distinct = list(dict.fromkeys(phrases))
    if len(distinct) > _NAMED:
        distinct = [*distinct[: _NAMED - 1], f"{len(distinct) - _NAMED + 1} more"]
    *first, last = distinct or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
