"""The manifest of a bundle: who the app is, what it asks for and why, and which vehicles it fits.

Unknown keys are refused, so that a permission can never hide behind a misspelling.
"""

from typing import Annotated, Any, Final, Literal

import msgspec

from sandbox.wire import canonical, plain, vin
from sandbox.wire.catalog import DEFAULT, Catalog
from sandbox.wire.errors import (
    CanonicalError,
    ManifestError,
    MissingPurposeError,
    ScopeError,
    UnknownScopeError,
    VinError,
)
from sandbox.wire.plain import SemVer, Slug
from sandbox.wire.purposes import PURPOSES
from sandbox.wire.scopes import APP_ACTIONS, Scope

__all__ = [
    "Fit",
    "Limits",
    "Manifest",
    "ManifestError",
    "MissingPurposeError",
    "Permission",
    "ScopeError",
    "UnknownScopeError",
    "VinError",
    "parse",
]

MAX_BYTES: Final = 65_536


class Permission(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing the app asks for. `max_hz` bounds how often a signal is delivered; empty means as it comes."""

    scope: Annotated[str, msgspec.Meta(max_length=240)]
    purpose: Annotated[str, msgspec.Meta(max_length=40)] = ""
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    required: bool
    max_hz: Annotated[float, msgspec.Meta(gt=0, le=10)] | None = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the sandbox gives the app."""

    memory_mib: Annotated[int, msgspec.Meta(ge=1, le=64)] = 64
    fuel_per_event: Annotated[int, msgspec.Meta(ge=1_000_000, le=500_000_000)] = 200_000_000


class Fit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Which vehicles the release is for; `vins` narrows it to a list, for trials."""

    hardware_ids: Annotated[
        tuple[Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9-]*\*?\Z", max_length=40)], ...],
        msgspec.Meta(min_length=1, max_length=20),
    ]
    minimum_runtime: SemVer
    vins: Annotated[tuple[str, ...], msgspec.Meta(max_length=1000)] = ()


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole manifest, decoded and checked."""

    format: Literal[1]
    app: Slug
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    version: SemVer
    publisher: Slug
    summary: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    category: Slug
    permissions: Annotated[tuple[Permission, ...], msgspec.Meta(max_length=64)]
    surfaces: Annotated[tuple[Literal["dash", "phone", "desk"], ...], msgspec.Meta(min_length=1, max_length=3)]
    limits: Limits
    vehicles: Fit
    voice_intents: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=20)] = ()

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scope of each permission, in the manifest's order."""
        return tuple(Scope.parse(permission.scope) for permission in self.permissions)

    def permission_digest(self) -> str:
        """One hash over what is asked for and why, whatever the order; a new reason text alone does not change it."""
        asked = sorted(
            [str(scope), item.purpose, item.required, None if item.max_hz is None else f"{item.max_hz:g}"]
            for scope, item in zip(self.scopes, self.permissions, strict=True)
        )
        return canonical.digest(asked)

    def to_dict(self) -> dict[str, Any]:
        """The manifest as plain JSON values; parsing them again gives an equal manifest."""
        result: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return result


def parse(data: bytes, *, catalog: Catalog = DEFAULT) -> Manifest:
    """Read and check a manifest.

    Raises:
        ManifestError: too long, not strict JSON, an unknown key, a bad version or text, something named twice.
        MissingPurposeError: a permission without a purpose from the list.
        UnknownScopeError: a scope that names nothing in the catalog, or nothing that can be actuated.
        ScopeError: a scope outside the grammar, or for cars only.
        VinError: a vehicle identification number that fails its check.
    """
    if len(data) > MAX_BYTES:
        raise ManifestError(f"The manifest has {len(data):,} bytes, at most {MAX_BYTES:,} are allowed")
    try:
        value = canonical.loads(data)
        manifest = msgspec.convert(value, Manifest)
    except (CanonicalError, msgspec.ValidationError) as error:
        raise ManifestError(f"manifest.json: {error}") from error
    if found := plain.first_flaw(value):
        raise ManifestError(f"manifest.json {found}")
    for permission in manifest.permissions:
        _check_permission(permission, catalog)
    _check_once("scope", [f"{scope.action}:{scope.pattern}" for scope in manifest.scopes])
    _check_once("surface", list(manifest.surfaces))
    for number in manifest.vehicles.vins:
        vin.check(number)
    return manifest


def _check_permission(permission: Permission, catalog: Catalog) -> None:
    scope = Scope.parse(permission.scope)
    if permission.purpose not in PURPOSES:
        told = f"{permission.purpose!r} is not a purpose" if permission.purpose else "it has no purpose"
        raise MissingPurposeError(f"{permission.scope}: {told}; choose one of {', '.join(PURPOSES)}")
    if scope.action not in APP_ACTIONS:
        raise ScopeError(f"{permission.scope}: {scope.action} is not for apps")
    signals = catalog.expand(scope.pattern)
    if not signals:
        raise UnknownScopeError(f"{permission.scope}: no signal of the catalog matches")
    if scope.action == "actuate" and not any(signal.kind == "actuator" for signal in signals):
        raise UnknownScopeError(f"{permission.scope}: nothing there can be actuated")


def _check_once(what: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ManifestError(f"manifest.json names the {what} {twice} twice")
