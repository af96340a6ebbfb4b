"""Manifests: what a good one says, and each way in which one is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import manifest as manifests
from sandbox.wire.manifest import (
    Manifest,
    ManifestError,
    MissingPurposeError,
    ScopeError,
    UnknownScopeError,
    VinError,
)
from sandbox.wire.plain import SEMVER
from tests.sandbox.wire.bundlemaking import BATTERY, manifest, permission


def parse(value: object) -> Manifest:
    return manifests.parse(json.dumps(value).encode())


def asking(**changes: Any) -> dict[str, Any]:
    return manifest(permissions=[permission(**changes)])


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in manifest().items() if name != key}


def fitting(**changes: Any) -> dict[str, Any]:
    return manifest(vehicles=manifest()["vehicles"] | changes)


def test_a_good_manifest_is_read() -> None:
    good = parse(manifest())
    assert (good.app, good.version, good.permissions[0].max_hz) == ("smart-charging", "1.0.0", 1.0)
    assert list(map(str, good.scopes)) == [f"subscribe:{BATTERY}.StateOfCharge.Current"]


def test_a_manifest_survives_being_written_and_read() -> None:
    good = parse(fitting(vins=["1M8GDM9AXKP042788"]))
    assert parse(good.to_dict()) == good
    assert parse(good.to_dict()).to_dict() == good.to_dict()


def test_limits_and_voice_intents_have_defaults() -> None:
    good = parse(without("voice_intents") | {"limits": {}})
    assert (good.limits.memory_mib, good.limits.fuel_per_event, good.voice_intents) == (64, 200_000_000, ())


@pytest.mark.parametrize("version", ["0.0.1", "10.20.30", "1.0.0-rc.1", "1.0.0-alpha-7.x9"])
def test_a_version_is_semver(version: str) -> None:
    assert parse(manifest(version=version)).version == version


@given(st.from_regex(SEMVER))
def test_a_version_may_stand_in_a_file_name(version: str) -> None:
    assert set(version) <= set("0123456789abcdefghijklmnopqrstuvwxyz.-")


REFUSED: dict[str, tuple[object, type[Exception], str]] = {
    "an unknown scope": (asking(scope="read:Vehicle.Warp.Speed"), UnknownScopeError, "no signal"),
    "a pattern that covers nothing": (asking(scope="read:Vehicle.*.Warp"), UnknownScopeError, "no signal"),
    "actuating a sensor": (asking(scope="actuate:Vehicle.Speed"), UnknownScopeError, "nothing there can be"),
    "a scope outside the grammar": (asking(scope="read Vehicle.Speed"), ScopeError, "not a scope"),
    "a scope for cars": (asking(scope="provide:Energy.Price"), ScopeError, "not for apps"),
    "a missing purpose": (asking(purpose=""), MissingPurposeError, "no purpose"),
    "an unknown purpose": (asking(purpose="advertising"), MissingPurposeError, "'advertising' is not"),
    "a VIN that fails its check": (fitting(vins=["1M8GDM9A1KP042788"]), VinError, "check digit"),
    "a VIN among good ones": (fitting(vins=["1M8GDM9AXKP042788", "x"]), VinError, "17 capital"),
    "an unknown key": (manifest(permision=[]), ManifestError, "permision"),
    "an unknown key inside": (asking(optional=True), ManifestError, "optional"),
    "no reason": (asking(reason=""), ManifestError, "reason"),
    "a reason too long": (asking(reason="x" * 201), ManifestError, "reason"),
    "required as a text": (asking(required="yes"), ManifestError, "required"),
    "a rate of zero": (asking(max_hz=0), ManifestError, "max_hz"),
    "a rate too high": (asking(max_hz=11), ManifestError, "max_hz"),
    "the same scope twice": (manifest(permissions=[permission()] * 2), ManifestError, "twice"),
    "too many permissions": (manifest(permissions=[permission()] * 65), ManifestError, "length <= 64"),
    "another format": (manifest(format=2), ManifestError, "format"),
    "no version": (without("version"), ManifestError, "version"),
    "half a version": (manifest(version="1.0"), ManifestError, "version"),
    "a version with zeros before": (manifest(version="01.0.0"), ManifestError, "version"),
    "a version with build metadata": (manifest(version="1.0.0+7"), ManifestError, "version"),
    "a version with capitals": (manifest(version="1.0.0-RC1"), ManifestError, "version"),
    "a version and a line break": (manifest(version="1.0.0\n"), ManifestError, "version"),
    "a version in other digits": (manifest(version="\u0661.0.0"), ManifestError, "version"),
    "an app name that climbs": (manifest(app="../x"), ManifestError, "app"),
    "a publisher with capitals": (manifest(publisher="Nordlys"), ManifestError, "publisher"),
    "a name with a line break": (manifest(name="Smart\nCharging"), ManifestError, "U\\+000A"),
    "a name that turns round": (manifest(name="Smart \u202egnigrahC"), ManifestError, "U\\+202E"),
    "a name with hidden characters": (manifest(name="Smart\u200bCharging"), ManifestError, "U\\+200B"),
    "no surface": (manifest(surfaces=[]), ManifestError, "surfaces"),
    "an unknown surface": (manifest(surfaces=["wrist"]), ManifestError, "surfaces"),
    "a surface twice": (manifest(surfaces=["dash", "dash"]), ManifestError, "dash twice"),
    "too much memory": (manifest(limits={"memory_mib": 65}), ManifestError, "memory_mib"),
    "too much fuel": (manifest(limits={"fuel_per_event": 10**12}), ManifestError, "fuel_per_event"),
    "no hardware": (fitting(hardware_ids=[]), ManifestError, "hardware_ids"),
    "a star in the middle": (fitting(hardware_ids=["hu-*-1"]), ManifestError, "hardware_ids"),
    "a list": ([], ManifestError, "object"),
}


@pytest.mark.parametrize(("value", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_a_manifest_is_refused_by_name(value: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as refusal:
        parse(value)
    assert type(refusal.value) is error
    assert getattr(refusal.value, "resolution", "")


def test_a_permission_without_the_key_purpose_is_told_so() -> None:
    item = permission()
    del item["purpose"]
    with pytest.raises(MissingPurposeError, match="no purpose"):
        parse(manifest(permissions=[item]))


def test_a_key_twice_is_refused() -> None:
    text = json.dumps(manifest()).replace('"format": 1', '"format": 1, "app": "other"')
    with pytest.raises(ManifestError, match="'app' occurs twice"):
        manifests.parse(text.encode())


def test_a_huge_manifest_is_refused_unread() -> None:
    with pytest.raises(ManifestError, match="at most"):
        manifests.parse(b" " * 65_537)


def test_the_permission_digest_changes_with_what_is_asked_and_not_with_words_or_order() -> None:
    other = permission(scope="read:Vehicle.Speed", required=False)
    both = parse(manifest(permissions=[permission(), other])).permission_digest()
    assert both == parse(manifest(permissions=[other, permission(reason="because")])).permission_digest()
    for change in ({"purpose": "trip-log"}, {"required": True}, {"max_hz": 2}, {"max_hz": None}):
        assert both != parse(manifest(permissions=[permission(), other | change])).permission_digest()
