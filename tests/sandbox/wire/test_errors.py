"""The tree of errors: every one explains itself and says what to do."""

import pytest

from sandbox.wire import errors
from sandbox.wire.errors import BundleRefused, WireError

ALL = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, WireError)]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_an_error_has_a_sentence_and_a_way_out(error: type[WireError]) -> None:
    assert error.__doc__
    assert error.__doc__.splitlines()[0].endswith(".")
    assert error.resolution.endswith(".")


def test_an_error_without_words_says_its_docstring() -> None:
    assert str(errors.OverlapError()) == "Two price slots overlap."


def test_a_refused_bundle_carries_rule_text_and_hint() -> None:
    refusal = BundleRefused("archive.bomb", "It unpacks too far.", "Make it smaller.")
    assert (refusal.rule, str(refusal), refusal.resolution) == ("archive.bomb", "It unpacks too far.", refusal.hint)
