"""Manifests of small apps for the sandbox's tests."""

import json
from typing import Any, Final

from sandbox.wire import manifest
from sandbox.wire.manifest import Manifest

SPEED: Final = "read:Vehicle.Speed"


def manifest_of(*scopes: str, surfaces: tuple[str, ...] = ("dash",), **limits: Any) -> Manifest:
    """A manifest that asks for these scopes."""
    permissions = [
        {"scope": scope, "purpose": "diagnostics", "reason": "to test", "required": True} for scope in scopes
    ]
    whole = {
        "format": 1,
        "app": "probe",
        "name": "Probe",
        "version": "1.0.0",
        "publisher": "tests",
        "summary": "Tries things.",
        "category": "tests",
        "permissions": permissions,
        "surfaces": surfaces,
        "limits": {"fuel_per_event": 5_000_000} | limits,
        "vehicles": {"hardware_ids": ["hu-*"], "minimum_runtime": "1.0.0"},
    }
    return manifest.parse(json.dumps(whole).encode())
