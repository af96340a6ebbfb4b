"""What the registry refuses, as people and HTTP clients see it."""

import inspect

import pytest

from apps_registry import errors
from forecourt.web import problems

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.RegistryError)]
STATUSES = {
    errors.BadAppError: 422,
    errors.BlobStoreUnavailableError: 503,
    errors.NotYourAppError: 403,
    errors.ReleaseNotFoundError: 404,
    errors.ReleaseNotReviewableError: 409,
    errors.VersionUsedError: 409,
}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: str(kind.__name__))
def test_every_error_says_what_happened_without_being_told(kind: type[errors.RegistryError]) -> None:
    assert str(Exception.__new__(kind)).endswith(".")


@pytest.mark.parametrize(("kind", "status"), STATUSES.items(), ids=lambda part: getattr(part, "__name__", str(part)))
def test_an_error_has_its_status(kind: type[errors.RegistryError], status: int) -> None:
    assert problems.status_of(kind()) == status


def test_a_refused_bundle_names_its_rule_and_the_way_out() -> None:
    refusal = errors.BundleRejectedError(rule="archive.bomb", text="It unpacks to 9 GiB.", hint="Send less.")
    document = problems.document(refusal, 422)
    assert document["detail"] == "It unpacks to 9 GiB. (archive.bomb)"
    assert document["resolution"] == "Send less."
