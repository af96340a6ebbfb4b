"""The custom part of targets."""

import pytest

from sandbox.wire.metadata import MetadataError, fits, granted_scopes, must_match, version_key


@pytest.mark.parametrize(
    ("hardware_id", "fit"), [("hu-compact", True), ("van-2", True), ("van-20", False), ("HU-compact", False)]
)
def test_a_head_unit_fits_by_its_kind(hardware_id: str, fit: bool) -> None:  # noqa: FBT001 - what is expected
    assert fits(hardware_id, ("hu-*", "van-2")) is fit


def test_runtime_versions_are_ordered_by_number() -> None:
    assert version_key("1.10.0") > version_key("1.9.3-beta")


@pytest.mark.parametrize("custom", [None, {}, {"app": "x"}, {"counter": "3"}], ids=str)
def test_a_custom_part_without_all_facts_is_refused(custom: object) -> None:
    with pytest.raises(MetadataError):
        must_match(custom)


@pytest.mark.parametrize("granted", [None, "read:Vehicle.Speed", [{"scope": 7}], [{}]], ids=str)
def test_granted_items_of_another_shape_are_refused(granted: object) -> None:
    with pytest.raises(MetadataError):
        granted_scopes({"granted": granted})
