"""Pure: what Uptane asks of a car beyond TUF. Signatures, versions and expiry were checked by `tuf.ngclient` before.

For the director's set: it names this car, it never delegates, it orders one release of an app. For each order: the
image repository lists the same name with the same length, hashes and shared facts; the bundle is made for this head
unit and runtime; the release counter does not go back.
"""

from dataclasses import dataclass

from tuf.api.metadata import TargetFile, Targets

from sandbox.client.errors import (
    CounterWentBackError,
    DelegatingDirectorError,
    MalformedOrderError,
    NotApprovedError,
    RepositoriesDisagreeError,
    RuntimeTooOldError,
    WrongHardwareError,
    WrongVehicleError,
)
from sandbox.wire.metadata import (
    RUNTIME_VERSION,
    MetadataError,
    MustMatch,
    fits,
    granted_scopes,
    must_match,
    version_key,
)


@dataclass(frozen=True, slots=True)
class Order:
    """One release that the director wants on this car."""

    target: TargetFile
    facts: MustMatch
    granted: tuple[str, ...]

    @property
    def path(self) -> str:
        """The bundle's name."""
        return self.target.path

    @property
    def sha256(self) -> str:
        """The bundle's hash."""
        return self.target.hashes["sha256"]


def orders(director: Targets, *, vehicle: str) -> list[Order]:
    """Read the director's set.

    Raises:
        WrongVehicleError: it is another car's, or names none.
        DelegatingDirectorError: it delegates.
        MalformedOrderError: a target lacks facts, or an app is ordered twice.
    """
    custom = director.unrecognized_fields.get("custom")
    if not isinstance(custom, dict) or custom.get("vehicle") != vehicle:
        raise WrongVehicleError
    if director.delegations is not None:
        raise DelegatingDirectorError
    found = [_order(target) for target in director.targets.values()]
    if len({order.facts.app for order in found}) < len(found):
        raise MalformedOrderError("An app is ordered twice.")
    return found


def check_order(order: Order, approved: TargetFile | None, *, hardware_id: str, floor: int) -> None:
    """Compare an order with what the image repository approved, and with this car.

    Raises:
        NotApprovedError: the image repository does not list it.
        RepositoriesDisagreeError: length, hashes or facts differ.
        WrongHardwareError: made for other head units.
        RuntimeTooOldError: needs a later runtime.
        CounterWentBackError: the car had a later release.
    """
    if approved is None:
        raise NotApprovedError
    if (approved.path, approved.length, approved.hashes) != (order.path, order.target.length, order.target.hashes):
        raise RepositoriesDisagreeError("The repositories name another content.")
    if _facts(approved) != order.facts:
        raise RepositoriesDisagreeError
    if not fits(hardware_id, order.facts.hardware_ids):
        raise WrongHardwareError(f"The bundle is made for {', '.join(order.facts.hardware_ids)}, not {hardware_id}.")
    if version_key(order.facts.minimum_runtime) > version_key(RUNTIME_VERSION):
        raise RuntimeTooOldError(f"The bundle needs runtime {order.facts.minimum_runtime}, this is {RUNTIME_VERSION}.")
    if order.facts.counter < floor:
        raise CounterWentBackError(f"The car had release {floor}, ordered is {order.facts.counter}.")


def _order(target: TargetFile) -> Order:
    facts = _facts(target)
    try:
        granted = granted_scopes(target.custom)
    except MetadataError as error:
        raise MalformedOrderError(str(error)) from error
    if "sha256" not in target.hashes:
        raise MalformedOrderError(f"{target.path}: no SHA-256.")
    return Order(target=target, facts=facts, granted=granted)


def _facts(target: TargetFile) -> MustMatch:
    try:
        return must_match(target.custom)
    except MetadataError as error:
        raise MalformedOrderError(f"{target.path}: {error}") from error
