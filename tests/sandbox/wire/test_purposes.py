"""Purposes: the fixed list that drivers read."""

import re

from sandbox.wire import purposes
from sandbox.wire.plain import SLUG


def test_every_purpose_is_a_slug_and_ends_the_sentence_the_app_uses_this() -> None:
    for slug, text in purposes.PURPOSES.items():
        assert re.search(SLUG, slug)
        assert text.startswith("to ")
        assert purposes.sentence(slug) == text


def test_an_unknown_purpose_reads_as_its_name() -> None:
    assert purposes.sentence("spying") == "spying"
