"""Plain text from strangers: what may be shown to people or stand in a name."""

import unicodedata
from typing import Annotated, Any, Final

import msgspec

_NUMBER: Final = r"(0|[1-9][0-9]{0,8})"
_LABEL: Final = r"(0|[1-9][0-9]*|[0-9]*[a-z-][0-9a-z-]*)"

SLUG: Final = r"\A[a-z0-9]+(-[a-z0-9]+)*\Z"
#: SemVer 2.0 without build metadata and in lower case, so that a version may stand in a file name.
SEMVER: Final = rf"\A{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_LABEL}(\.{_LABEL})*)?\Z"

Slug = Annotated[str, msgspec.Meta(pattern=SLUG, max_length=40)]
SemVer = Annotated[str, msgspec.Meta(pattern=SEMVER, max_length=40)]

#: Characters that turn the reading direction round, or hide: they let a text show as another.
_DECEPTIVE: Final = frozenset(
    map(chr, [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF])
)
_HIDDEN: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def flaw(text: str) -> str | None:
    """Why `text` must not be shown to people, or None: control, unassigned and direction-turning characters."""
    for char in text:
        if char in _DECEPTIVE or unicodedata.category(char) in _HIDDEN:
            return f"holds the character U+{ord(char):04X}, which may not be shown"
    return None


def first_flaw(value: object) -> str | None:
    """The first flaw of any text inside a decoded JSON value."""
    if isinstance(value, str):
        return flaw(value)
    parts: list[Any] = []
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple):
        parts = list(value)
    return next((found for part in parts if (found := first_flaw(part))), None)
