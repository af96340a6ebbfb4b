"""What an app asks for, in sentences that a driver understands, made of the catalog's own words.

The phrases are English, as the catalog is; each is translated where it is put into a sentence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sandbox.wire import purposes
from sandbox.wire.catalog import DEFAULT, Catalog, Signal
from sandbox.wire.manifest import Manifest
from sandbox.wire.scopes import Scope

_BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
_PLACE: Final = "Vehicle.CurrentLocation"
_CLAUSES: Final = ("whether ", "how ", "where ", "what ", "when ", "exactly where ")
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
_EXACTLY: Final = "exactly where the car is"
_NO_SIGHT: Final = "nothing"
_NO_DEED: Final = "operate nothing"


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
            "purpose_sentence": purpose(asked.purpose),
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
        deeds = [_ALL[branch]] if branch in _ALL else _distinct(_act(signal) for signal in actuators)
        return _capital(_joined(deeds or [_NO_DEED]))
    sights = [_BRANCHES[branch]] if branch in _BRANCHES else _distinct(_noun(signal) for signal in signals)
    if sights == [_BRANCHES[_PLACE]] and scope.precision == "exact":
        sights = [_EXACTLY]
    form = _form(scope.action, is_clause=bool(sights) and sights[0].startswith(_CLAUSES))
    return _capital(form % {"what": _joined(sights or [_NO_SIGHT]) + _precision(scope.precision)})


def purpose(slug: str) -> str:
    """Why an app uses signals, as the end of a sentence; an unknown purpose reads as its own name."""
    return _(purposes.sentence(slug))


def label(signal: Signal) -> str:
    """A signal's name as people read it."""
    return _(signal.label)


def phrases(catalog: Catalog = DEFAULT) -> Iterator[str]:
    """Every English phrase that a translation must know."""
    yield from (_EXACTLY, _NO_SIGHT, _NO_DEED)
    yield from (*_IDIOMS.values(), *_BRANCHES.values(), *_ALL.values(), *purposes.PURPOSES.values())
    for signal in catalog:
        yield from (signal.label, _noun(signal))
        if signal.kind == "actuator":
            yield _act(signal)


def _form(action: str, *, is_clause: bool) -> str:
    """The sentence around what is seen; a clause ("how full it is") may need another than a thing ("the doors")."""
    if action == "provide":
        return _("Provide %(what)s")
    if is_clause:
        forms = {
            "read": pgettext("a clause", "See %(what)s"),
            "subscribe": pgettext("a clause", "See %(what)s, live"),
            "history": pgettext("a clause", "See the record of %(what)s"),
        }
    else:
        forms = {
            "read": pgettext("a thing", "See %(what)s"),
            "subscribe": pgettext("a thing", "See %(what)s, live"),
            "history": pgettext("a thing", "See the record of %(what)s"),
        }
    return forms[action]


def _precision(name: str) -> str:
    return {
        "exact": "",
        "100m": _(" to within 100 m"),
        "1km": _(" to within 1 km"),
        "city": _(" to the nearest town"),
        "none": _(" without the place"),
    }[name]


def _branch(pattern: str, signals: Sequence[Signal], catalog: Catalog) -> str:
    """The branch whose every signal the pattern names, else the pattern itself."""
    branch = pattern.rstrip(".*")
    return branch if catalog.expand(branch) == signals else pattern


def _noun(signal: Signal) -> str:
    """What can be seen: the clause that describes a signal, else its label."""
    if signal.path in _IDIOMS:
        return _IDIOMS[signal.path]
    clause = _small(signal.description.rstrip("."))
    if not clause.startswith(_CLAUSES):
        return f"the {_small(signal.label)}"
    return clause.partition(",")[0] if clause.startswith("where ") else clause


def _act(signal: Signal) -> str:
    """What can be done: the label where it says so itself, else a change of what the signal tells."""
    verb = signal.label.partition(" ")[0]
    if signal.description.startswith(f"{verb}s "):
        return _small(signal.label)
    noun = _noun(signal)
    return f"set {noun}" if noun.startswith("the ") else f"change {noun}"


def _distinct(phrases: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(phrases))


def _joined(phrases: Sequence[str]) -> str:
    """Up to three phrases in a row, each translated; more are counted."""
    said = [_(phrase) for phrase in phrases]
    if len(said) > _NAMED:
        more = len(said) - _NAMED + 1
        said = [*said[: _NAMED - 1], ngettext("%(count)d more", "%(count)d more", more) % {"count": more}]
    *first, last = said
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
