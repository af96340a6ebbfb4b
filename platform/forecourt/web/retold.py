"""Says in the reader's language what pure code said in English.

Errors, findings and reasons are English sentences, some with facts in them, and many are kept for later. The catalogue
holds each of them with `{0}`, `{1}` … where the facts stand, so a text is found by its shape.
"""

import re
from functools import lru_cache
from string import Formatter
from typing import Any, Final

from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import translation

#: Characters; longer texts are data, not sentences.
LONGEST: Final = 600
DEEPEST: Final = 3


def retell(text: str, *, depth: int = DEEPEST) -> str:
    """The text in the active language, as far as the catalogue knows it; facts that are sentences are retold too."""
    if not text or len(text) > LONGEST:
        return text
    if (said := gettext(text)) != text or not depth:
        return said
    for shape, known in _shapes(get_language() or "en"):
        if found := shape.fullmatch(text):
            facts = [retell(fact, depth=depth - 1) if " " in fact else fact for fact in found.groups()]
            if (said := gettext(known).format(*facts)) != text:
                return said
    return text


@lru_cache
def _shapes(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The texts with facts that a language's catalogue knows, the most telling first."""
    catalog: Any = translation(language)
    kept = catalog._catalog.items()  # noqa: SLF001 - Django's JavaScriptCatalog reads it too
    known = [text for text, _said in kept if isinstance(text, str) and "{0}" in text]
    return [(_shape(text), text) for text in sorted(known, key=len, reverse=True)]


def _shape(text: str) -> re.Pattern[str]:
    parts = [
        re.escape(words) + ("" if fact is None else "(.+?)") for words, fact, _spec, _kind in Formatter().parse(text)
    ]
    return re.compile("".join(parts), re.DOTALL)
