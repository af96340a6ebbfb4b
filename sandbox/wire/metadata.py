"""What Uptane adds to TUF: the custom part of a target, and the fields that both repositories must agree on.

TUF itself (roles, signatures, expiry, versions) is the business of `tuf`; nothing of it is repeated here.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import msgspec

from sandbox.wire.errors import WireError

#: The version of the in-car runtime; releases name the lowest one they run on.
RUNTIME_VERSION: Final = "1.0.0"

_HEX64: Final = re.compile(r"[0-9a-f]{64}")
_SEMVER_CORE: Final = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})")


class MetadataError(WireError):
    """The custom part of a target does not follow the format."""

    resolution = "The repository must publish the target again with all fields."


class MustMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both repositories say about a bundle; any difference refuses it."""

    app: str
    version: str
    counter: int
    hardware_ids: tuple[str, ...]
    minimum_runtime: str
    permissions_digest: str
    publisher: str
    publisher_key: str

    def __post_init__(self) -> None:
        """Refuse what could never be installed."""
        if self.counter < 1:
            raise MetadataError(f"{self.app}: the release counter must be positive, got {self.counter}")
        if not _HEX64.fullmatch(self.permissions_digest) or not _HEX64.fullmatch(self.publisher_key):
            raise MetadataError(f"{self.app}: digests and keys are 64 hex digits")
        version_key(self.minimum_runtime)


def must_match(custom: object) -> MustMatch:
    """Read the shared fields of a target's custom part; fields that only one repository needs are passed over.

    Raises:
        MetadataError: a field is missing or wrong.
    """
    if not isinstance(custom, Mapping):
        raise MetadataError("The target has no custom part")
    shared = {name: custom[name] for name in MustMatch.__struct_fields__ if name in custom}
    try:
        return msgspec.convert(shared, MustMatch)
    except msgspec.ValidationError as error:
        raise MetadataError(f"The target's custom part: {error}") from error


def granted_scopes(custom: Mapping[str, Any]) -> tuple[str, ...]:
    """The scopes that the driver granted, as the director signed them.

    Raises:
        MetadataError: the list is missing or malformed.
    """
    try:
        return tuple(item["scope"] for item in msgspec.convert(custom["granted"], list[dict[str, str]]))
    except (KeyError, msgspec.ValidationError) as error:
        raise MetadataError(f"The target's granted items: {error}") from error


def fits(hardware_id: str, patterns: tuple[str, ...]) -> bool:
    """Whether a head unit is one of those that a release is made for."""
    return any(fnmatchcase(hardware_id, pattern) for pattern in patterns)


def version_key(version: str) -> tuple[int, int, int]:
    """The order of runtime versions: their three numbers.

    Raises:
        MetadataError: the text does not start with three numbers.
    """
    match = _SEMVER_CORE.match(version)
    if not match:
        raise MetadataError(f"{version[:40]!r} is not a version like 1.0.0")
    return int(match[1]), int(match[2]), int(match[3])
