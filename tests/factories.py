"""Rows that many tests start from."""

import itertools
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from apps_registry.models import App, Bundle, Publisher, PublisherKey, Release
from forecourt.accounts.models import Membership, Organisation, User
from forecourt.vehicles import identity
from forecourt.vehicles.models import Vehicle, VehicleRole

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
PASSWORD = "forecourt at night"
_numbers = itertools.count(1)


def user(**fields: Any) -> User:
    """A person with PASSWORD."""
    number = next(_numbers)
    return User.objects.create_user(
        **{"email": f"person{number}@example.org", "name": f"Person {number}"} | fields, password=PASSWORD
    )


def carmaker() -> Organisation:
    """The carmaker, made once."""
    fields = {
        "name": "Meridian Motors",
        "slug": "meridian-motors",
        "status": "admitted",
        "applied_at": NOW,
        "admitted_at": NOW,
    }
    return Organisation.objects.get_or_create(kind="carmaker", defaults=fields)[0]


def carmaker_person(role: str = "owner") -> User:
    """Somebody who works for the carmaker."""
    person = user()
    Membership.objects.create(user=person, organisation=carmaker(), role=role)
    return person


def publisher(name: str = "Nordlys Apps", namespace: str = "nordlys-apps") -> Publisher:
    """A publisher, made once by namespace."""
    return Publisher.objects.get_or_create(namespace=namespace, defaults={"name": name})[0]


def developer(namespace: str = "nordlys-apps") -> User:
    """The owner of an admitted developer organisation with a publisher."""
    person = user()
    fields = {
        "name": namespace.replace("-", " ").title(),
        "kind": "developer",
        "status": "admitted",
        "applied_at": NOW,
        "admitted_at": NOW,
    }
    organisation, _ = Organisation.objects.get_or_create(
        slug=namespace,
        defaults=fields | {"publisher": publisher(fields["name"], namespace)},  # type: ignore[arg-type]
    )
    Membership.objects.create(user=person, organisation=organisation, role="owner")
    return person


def publisher_key(owner: Publisher | None = None, key: Ed25519PrivateKey | None = None) -> PublisherKey:
    """A publisher's key, of a fresh pair unless one is given."""
    public = (key or Ed25519PrivateKey.generate()).public_key().public_bytes_raw().hex()
    return PublisherKey.objects.create(publisher=owner or publisher(), public_key=public, added_by=user(), added_at=NOW)


def app(owner: Publisher | None = None, slug: str = "smart-charging", **fields: Any) -> App:
    """An app."""
    values = {
        "name": slug.replace("-", " ").title(),
        "summary": "Charges when it is cheap.",
        "category": "energy",
    } | fields
    return App.objects.create(publisher=owner or publisher(), slug=slug, **values)


def _permission(scope: str, *, required: bool = True) -> dict[str, Any]:
    reason = "Plan charging."
    return {"scope": scope, "purpose": "smart-charging", "reason": reason, "required": required, "max_hz": 1.0}


def manifest(slug: str = "smart-charging", version: str = "1.0.0", **fields: Any) -> dict[str, Any]:
    """A valid manifest of format 1, as JSON."""
    battery = "Vehicle.Powertrain.TractionBattery"
    permissions = [
        _permission(f"subscribe:{battery}.StateOfCharge.Current"),
        _permission(f"actuate:{battery}.Charging.StartStopCharging"),
        _permission("subscribe:Vehicle.CurrentLocation.Latitude@1km", required=False),
    ]
    return {
        "format": 1,
        "app": slug,
        "name": slug.replace("-", " ").title(),
        "version": version,
        "publisher": "nordlys-apps",
        "summary": "Charges when it is cheap.",
        "category": "energy",
        "permissions": permissions,
        "surfaces": ["dash", "phone", "desk"],
        "limits": {"memory_mib": 64, "fuel_per_event": 200_000_000},
        "vehicles": {"hardware_ids": ["hu-*"], "minimum_runtime": "1.0.0"},
        "voice_intents": [],
    } | fields


def release(of: App | None = None, *, counter: int = 1, status: str = "published", **fields: Any) -> Release:
    """A release with a bundle row; nothing is in the blob store."""
    owner = of or app()
    version = fields.pop("version", f"1.0.{counter - 1}")
    digest = f"{next(_numbers):064x}"
    values = {
        "version": version,
        "counter": counter,
        "status": status,
        "manifest": manifest(owner.slug, version),
        "bundle": Bundle.objects.create(sha256=digest, upload_sha256=digest, size=1000),
        "publisher_key": owner.publisher.keys.first() or publisher_key(owner.publisher),
        "submitted_by": user(),
        "submitted_at": NOW,
        "published_at": NOW if status == "published" else None,
    } | fields
    return Release.objects.create(app=owner, **values)


def vehicle(owner: User | None = None, **fields: Any) -> Vehicle:
    """An enrolled car, paired with `owner` if one is given."""
    number = next(_numbers)
    vin = f"WMRTESTCAR{number:07d}"
    values = {
        "public_id": identity.new_public_id(),
        "vin_encrypted": identity.encrypt_vin(vin),
        "vin_hash": identity.keyed_hash(vin, purpose="vin"),
        "nickname": f"Car {number}",
        "make": "Meridian",
        "model": "Uno",
        "year": 2026,
        "head_unit_serial": f"HU-{number:04d}",
        "hardware_id": "hu-compact",
        "price_area": "DK1",
        "data_source": "simulated",
        "public_key": f"{number:064x}",
        "enrolled_at": NOW,
    } | fields
    car = Vehicle.objects.create(**values)
    if owner:
        VehicleRole.objects.create(vehicle=car, user=owner, role="owner", valid_from=NOW)
    return car
