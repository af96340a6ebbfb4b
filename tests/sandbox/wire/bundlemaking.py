"""Good manifests and bundles for tests, which spoil one thing at a time."""

import json
from typing import Any, Final

from sandbox.wire import bundles, canonical

PRIVATE_KEY: Final = "11" * 32
BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
COMPONENT: Final = b"\0asm\x0d\0\x01\0"
ICON: Final = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z" fill="#0a7"/></svg>'


def permission(**changes: Any) -> dict[str, Any]:
    """One good permission, some keys of which may be replaced."""
    return {
        "scope": f"subscribe:{BATTERY}.StateOfCharge.Current",
        "purpose": "smart-charging",
        "reason": "to know how much energy the car needs",
        "required": True,
        "max_hz": 1.0,
    } | changes


def manifest(**changes: Any) -> dict[str, Any]:
    """A good manifest, some keys of which may be replaced."""
    return {
        "format": 1,
        "app": "smart-charging",
        "name": "Smart Charging",
        "version": "1.0.0",
        "publisher": "nordlys-apps",
        "summary": "Charges when electricity is cheap.",
        "category": "energy",
        "permissions": [permission()],
        "surfaces": ["dash", "phone"],
        "limits": {"memory_mib": 64, "fuel_per_event": 200_000_000},
        "vehicles": {"hardware_ids": ["hu-*"], "minimum_runtime": "1.0.0"},
        "voice_intents": [],
    } | changes


def members(**changes: Any) -> dict[str, bytes]:
    """The members of a good bundle without its signature; keys of the manifest may be replaced."""
    return {"manifest.json": json.dumps(manifest(**changes)).encode(), "app.wasm": COMPONENT, "icon.svg": ICON}


def signed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same members and a good signature over them."""
    signature = bundles.sign(PRIVATE_KEY, bundles.content_manifest(files))
    return files | {"signature.json": canonical.dumps(signature)}
