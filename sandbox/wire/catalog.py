"""The signal catalog: leaves of COVESA VSS 6.0 that we use, and our overlay tree `Energy`.

`signals.json` holds one signal a line. An `id` is never reused or changed: compiled grants name signals by it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

import msgspec

from sandbox.wire import scopes, times
from sandbox.wire.errors import OutOfRangeError, TimeError, UnknownSignalError, WrongTypeError

__all__ = ["DEFAULT", "Catalog", "OutOfRangeError", "Signal", "UnknownSignalError", "Value", "WrongTypeError"]

#: What a signal may hold.
Value = bool | int | float | str

Datatype = Literal["boolean", "int8", "uint8", "int16", "uint16", "int32", "uint32", "float", "double", "string"]

#: Longest text a signal may hold, in characters: two days of quarter-hour prices fit.
MAX_TEXT: Final = 65_536

_WHOLE: Final = {
    "int8": (-(2**7), 2**7 - 1),
    "uint8": (0, 2**8 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
}
_FLOAT32_MAX: Final = 3.4028234663852886e38


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One leaf of the catalog."""

    id: int
    path: str
    datatype: Datatype
    kind: Literal["sensor", "actuator", "attribute"]
    unit: str = ""
    label: str
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    description: str

    def check(self, value: object) -> None:
        """Refuse a value that this signal cannot hold.

        Raises:
            WrongTypeError: not the datatype; a boolean is not a number, a number with a fraction is not whole.
            OutOfRangeError: outside the datatype's or the signal's range, or not one of the allowed texts.
        """
        if self.datatype == "boolean":
            if not isinstance(value, bool):
                raise self._wrong_type(value)
        elif self.datatype == "string":
            self._check_text(value)
        else:
            self._check_number(value)

    def _check_text(self, value: object) -> None:
        if not isinstance(value, str):
            raise self._wrong_type(value)
        if self.allowed and value not in self.allowed:
            raise OutOfRangeError(f"{self.path}: {value[:40]!r} is not one of {', '.join(self.allowed)}")
        if len(value) > MAX_TEXT:
            raise OutOfRangeError(f"{self.path}: {len(value)} characters, at most {MAX_TEXT} are allowed")
        if self.unit == "iso8601":
            try:
                times.parse(value)
            except TimeError as error:
                raise OutOfRangeError(f"{self.path}: {error}") from error

    def _check_number(self, value: object) -> None:
        whole = _WHOLE.get(self.datatype)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise self._wrong_type(value)
        low, high = self._range(whole)
        if not low <= value <= high:  # NaN lies in no range
            raise OutOfRangeError(f"{self.path}: {value!r:.40} is outside {low:g} to {high:g} {self.unit}".rstrip())

    def _range(self, whole: tuple[int, int] | None) -> tuple[float, float]:
        low, high = whole or (-_FLOAT32_MAX, _FLOAT32_MAX)
        return (
            low if self.minimum is None else max(low, self.minimum),
            high if self.maximum is None else min(high, self.maximum),
        )

    def _wrong_type(self, value: object) -> WrongTypeError:
        return WrongTypeError(f"{self.path}: {type(value).__name__} {value!r:.40} is not a {self.datatype}")


class Catalog:
    """Signals by path, and which of them a pattern names."""

    def __init__(self, signals: Iterable[Signal]) -> None:
        ordered = sorted(signals, key=lambda signal: signal.id)
        self._by_path: Final = {signal.path: signal for signal in ordered}
        self._expand: Final = lru_cache(maxsize=4096)(self._expand_now)

    def __iter__(self) -> Iterator[Signal]:
        """Every signal, in the order of their ids."""
        return iter(self._by_path.values())

    def __len__(self) -> int:
        """How many signals there are."""
        return len(self._by_path)

    def __contains__(self, path: object) -> bool:
        """Whether `path` is a signal."""
        return path in self._by_path

    def get(self, path: str) -> Signal:
        """The signal at `path`.

        Raises:
            UnknownSignalError: there is none.
        """
        try:
            return self._by_path[path]
        except KeyError:
            raise UnknownSignalError(f"{path[:120]!r} is not in the signal catalog") from None

    def expand(self, pattern: str) -> tuple[Signal, ...]:
        """The signals that `pattern` covers, in the order of their ids; none is not an error."""
        return self._expand(pattern)

    def check(self, path: str, value: object) -> None:
        """Refuse an unknown path, or a value its signal cannot hold.

        Raises:
            UnknownSignalError: no such signal.
            WrongTypeError: not the signal's datatype.
            OutOfRangeError: outside the signal's range.
        """
        self.get(path).check(value)

    def _expand_now(self, pattern: str) -> tuple[Signal, ...]:
        return tuple(signal for signal in self if scopes.matches(pattern, signal.path))


def _load() -> Catalog:
    text = resources.files("sandbox.wire").joinpath("signals.json").read_bytes()
    return Catalog(msgspec.json.decode(text, type=tuple[Signal, ...]))


DEFAULT: Final = _load()
