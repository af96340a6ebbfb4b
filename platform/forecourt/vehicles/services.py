"""What people and cars ask of vehicles: enrol, pair, sign in."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from apps_registry import trail
from forecourt.accounts import roles, throttle
from forecourt.accounts.models import Membership, User
from forecourt.vehicles import identity, selectors, sessions
from forecourt.vehicles.enrolment import FactoryRecord
from forecourt.vehicles.errors import EnrolmentError, PairingCodeError, TooManyAttemptsError
from forecourt.vehicles.models import PairingCode, Vehicle, VehicleRole

CODE_SECONDS: Final = 600
CODE_ATTEMPTS: Final = 10  # for one person in CODE_SECONDS; 8 characters of 31 leave no room for guessing


@transaction.atomic
def enrol(records: Sequence[FactoryRecord], *, by: User, now: datetime) -> list[Vehicle]:
    """Enrol new cars with the public keys of their head units, all or none.

    Raises:
        NotPermittedError: only the carmaker's owner and operators enrol.
        EnrolmentError: a car, serial or key is enrolled already.
    """
    roles.require_role(by, Membership.Role.OPERATOR)
    vehicles = [_enrol_one(record, line, now) for line, record in enumerate(records, 1)]
    for vehicle in vehicles:
        _record(by, "vehicle.enrolled", vehicle, now)
    return vehicles


def sign_in(*, serial: str, challenge: str, signature: str, now: datetime) -> Vehicle:
    """Let a car in that signed our challenge with its enrolled key.

    Raises:
        VehicleNotEnrolledError: the serial is unknown, or the signature is not its key's.
    """
    vehicle = selectors.by_serial(serial)
    sessions.check_answer(serial=serial, challenge=challenge, signature=signature, public_key=vehicle.public_key)
    Vehicle.objects.filter(pk=vehicle.pk).update(last_seen_at=now)
    return vehicle


def new_pairing_code(vehicle: Vehicle, *, now: datetime) -> str:
    """A code for the head unit's screen, like `K7M2-9QXD`; earlier ones stop working."""
    code = "".join(secrets.choice(identity.ALPHABET) for _ in range(8)).upper()
    vehicle.pairing_codes.filter(used_at__isnull=True).delete()
    vehicle.pairing_codes.create(code_hash=_code_hash(code), expires_at=now + timedelta(seconds=CODE_SECONDS))
    return f"{code[:4]}-{code[4:]}"


def pair(*, user: User, code: str, nickname: str = "", now: datetime) -> Vehicle:
    """Make the person the owner of the car that shows this code.

    Raises:
        TooManyAttemptsError: the person tried too many codes.
        PairingCodeError: no car shows the code now, or the car has an owner.
    """
    if throttle.attempts(f"pair:{user.pk}", seconds=CODE_SECONDS) > CODE_ATTEMPTS:
        raise TooManyAttemptsError
    return _pair(user=user, code=code, nickname=nickname, now=now)


@transaction.atomic
def _pair(*, user: User, code: str, nickname: str, now: datetime) -> Vehicle:
    shown = (
        PairingCode.objects.select_for_update(of=("self",))
        .select_related("vehicle")
        .filter(code_hash=_code_hash(code), used_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if shown is None:
        raise PairingCodeError
    vehicle = shown.vehicle
    try:
        with transaction.atomic():
            VehicleRole.objects.create(vehicle=vehicle, user=user, role=VehicleRole.Role.OWNER, valid_from=now)
    except IntegrityError as error:
        raise PairingCodeError("This car is paired already.") from error
    shown.used_at = now
    shown.save(update_fields=["used_at"])
    vehicle.nickname = nickname.strip()[:40] or f"{vehicle.make} {vehicle.model}"
    vehicle.save(update_fields=["nickname"])
    _record(user, "vehicle.paired", vehicle, now)
    return vehicle


def _enrol_one(record: FactoryRecord, line: int, now: datetime) -> Vehicle:
    fields: dict[str, Any] = {name: getattr(record, name) for name in record.__struct_fields__ if name != "vin"}
    try:
        with transaction.atomic():
            return Vehicle.objects.create(
                public_id=identity.new_public_id(),
                vin_encrypted=identity.encrypt_vin(record.vin),
                vin_hash=identity.keyed_hash(record.vin, purpose="vin"),
                enrolled_at=now,
                **fields,
            )
    except IntegrityError as error:
        raise EnrolmentError(f"Line {line}: this car, head unit or key is enrolled already.") from error


def _code_hash(code: str) -> str:
    plain = "".join(character for character in code.lower() if character in identity.ALPHABET)
    return identity.keyed_hash(plain, purpose="pairing")


def _record(actor: User, action: str, vehicle: Vehicle, now: datetime) -> None:
    trail.record(actor=str(actor.pk), action=action, subject=vehicle.public_id, detail={}, now=now)
