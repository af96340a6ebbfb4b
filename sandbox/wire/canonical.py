"""Canonical JSON: one byte string for one value, and strict reading of JSON that strangers wrote.

Keys are sorted by code point, nothing is padded, text is UTF-8. What is signed holds only text, whole numbers,
booleans, null, lists and objects; `dumps` also takes finite floats, for documents that are hashed but not signed.
"""

import hashlib
import json
from typing import Any, NoReturn

from sandbox.wire.errors import CanonicalError

__all__ = ["CanonicalError", "digest", "dumps", "loads"]


def dumps(obj: object) -> bytes:
    """The canonical JSON of `obj`.

    Raises:
        CanonicalError: it holds NaN, infinity, a lone surrogate, a key that is not text, or a foreign type.
    """
    _check_keys(obj)
    try:
        text = json.dumps(obj, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise CanonicalError(f"No canonical JSON: {error}") from error


def digest(obj: object) -> str:
    """The SHA-256 of the canonical JSON of `obj`, as 64 hex digits."""
    return hashlib.sha256(dumps(obj)).hexdigest()


def loads(data: bytes | str) -> Any:
    """Read JSON strictly.

    Raises:
        CanonicalError: not UTF-8, not JSON, a duplicate key, NaN or infinity, a lone surrogate, nested too deep.
    """
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text.encode()
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
        dumps(value)
    except UnicodeError as error:
        raise CanonicalError("The text is not valid UTF-8") from error
    except RecursionError as error:
        raise CanonicalError("The JSON is nested too deep") from error
    except ValueError as error:
        raise CanonicalError(f"Not JSON: {error}") from error
    return value


def _check_keys(obj: object) -> None:
    if isinstance(obj, dict):
        if not all(isinstance(key, str) for key in obj):
            raise CanonicalError("Every key must be text")
        for value in obj.values():
            _check_keys(value)
    elif isinstance(obj, list | tuple):
        for value in obj:
            _check_keys(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CanonicalError(f"The key {twice!r} occurs twice")
    return result


def _no_constant(name: str) -> NoReturn:
    raise CanonicalError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise CanonicalError(f"{text} is too large a number")
    return number
