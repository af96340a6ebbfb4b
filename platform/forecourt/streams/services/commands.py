"""Commands: asked by apps, taken and acknowledged by cars, cancelled when the driver takes the consent back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from forecourt.consent.models import LIVE, Grant
from forecourt.consent.published import TokenFacts
from forecourt.metering import counters
from forecourt.metering.counters import Count
from forecourt.streams import moves, selectors, tasks, valkey
from forecourt.streams.errors import (
    CommandNotFoundError,
    DeadlineError,
    IdempotencyKeyReusedError,
    NotActuatorError,
    NotGrantedError,
    NotSupportedError,
)
from forecourt.streams.models import Command
from forecourt.vehicles import wake
from forecourt.vehicles.models import Vehicle
from sandbox.wire.catalog import DEFAULT

State = Command.State
LONGEST: Final = timedelta(days=7)
REDELIVER_AFTER: Final = timedelta(seconds=10)  # a car that took a command and said nothing gets it again


class Wish(NamedTuple):
    """What an app wants done, and until when; the key makes repeating it harmless."""

    path: str
    value: Any
    not_after: datetime
    idempotency_key: str


class Outcome(NamedTuple):
    """What a car says about a command: `done` or `failed`, why, and when by its own clock."""

    outcome: str
    reason: str
    ts: datetime


def request_command(*, facts: TokenFacts, public_id: str, wish: Wish, now: datetime) -> Command:
    """Queue a command for a car and wake the car; the same wish again answers the same command.

    Raises:
        NotSupportedError: no such signal.
        NotActuatorError: the signal cannot be set.
        WireError: the value does not fit the signal.
        DeadlineError: the deadline has passed or is too far ahead.
        NotGrantedError: the driver did not allow it; this is counted.
        IdempotencyKeyReusedError: the key belongs to another command.
    """
    _check(wish, now=now)
    try:
        grant = selectors.actuating_grant(facts, public_id, wish.path, now=now)
    except NotGrantedError:
        named = public_id if public_id in facts.grants else ""  # any text may stand in the address
        counters.incr(valkey.client(), Count("denied", named, facts.app or ""), now=now)
        raise
    return _queue(grant, wish, now=now)


def _check(wish: Wish, *, now: datetime) -> None:
    if wish.path not in DEFAULT:
        raise NotSupportedError(f"{wish.path[:120]!r} is not in the signal catalog.")
    if DEFAULT.get(wish.path).kind != "actuator":
        raise NotActuatorError(f"{wish.path} can only be read.")
    DEFAULT.check(wish.path, wish.value)
    if not now < wish.not_after <= now + LONGEST:
        raise DeadlineError


@transaction.atomic
def _queue(grant: Grant, wish: Wish, *, now: datetime) -> Command:
    values = {"vehicle": grant.vehicle, "path": wish.path, "value": wish.value, "not_after": wish.not_after}
    command, is_new = Command.objects.get_or_create(
        grant=grant, idempotency_key=wish.idempotency_key, defaults=values | {"created_at": now, "changed_at": now}
    )
    if (command.path, command.value) != (wish.path, wish.value):
        raise IdempotencyKeyReusedError
    if is_new:
        count, name = Count("commands", grant.vehicle.public_id, grant.app.slug), grant.vehicle.public_id
        transaction.on_commit(lambda: counters.incr(valkey.client(), count, now=now))
        transaction.on_commit(lambda: wake.wake(name, "command"))
        moves.announce(command)
    return command


@transaction.atomic
def take(*, vehicle: Vehicle, now: datetime) -> list[Command]:
    """Hand the car what waits for it, oldest first; what is too late or no longer allowed is settled instead."""
    waiting = Q(state=State.QUEUED) | Q(state=State.DELIVERED, changed_at__lte=now - REDELIVER_AFTER)
    taken = []
    for command in _locked().filter(waiting, vehicle=vehicle).order_by("created_at"):
        if command.not_after < now:
            moves.move(command, State.EXPIRED, now=now, reason="The car did not take it in time.")
        elif _is_live(command.grant, now):  # asked again at every handover: a repeated one acts as well as a first one
            if command.state == State.QUEUED:
                moves.move(command, State.DELIVERED, now=now)
            taken.append(command)
    return taken


def _is_live(grant: Grant, now: datetime) -> bool:
    unexpired = grant.expires_at is None or grant.expires_at > now
    entombed = valkey.is_entombed(grant.vehicle.public_id, str(grant.pk))
    return grant.status == Grant.Status.ACTIVE and unexpired and not entombed


@transaction.atomic
def acknowledge(*, vehicle: Vehicle, command_id: UUID, outcome: Outcome, now: datetime) -> Command:
    """Take the car's word that it acted, and begin to look for the effect; a repeated word changes nothing.

    Raises:
        CommandNotFoundError: the car has no such command.
        CommandStateError: the command was not delivered, or is finished.
    """
    command = _locked().filter(vehicle=vehicle, pk=command_id).first()
    if command is None:
        raise CommandNotFoundError
    if outcome.outcome != "done":
        moves.move(command, State.FAILED, now=now, reason=outcome.reason or "The car could not do it.")
    elif command.state not in (State.ACKNOWLEDGED, State.VERIFIED):
        command.acknowledged_at = outcome.ts
        moves.move(command, State.ACKNOWLEDGED, now=now)
        transaction.on_commit(lambda: tasks.verify_command.delay(command_id=str(command_id)))
    return command


@transaction.atomic
def cancel_unallowed(*, vehicle_ids: Iterable[UUID], now: datetime) -> None:
    """Cancel what is queued under grants that ended."""
    live = Q(grant__status__in=LIVE)
    for command in _locked().filter(~live, vehicle_id__in=list(vehicle_ids), state=State.QUEUED):
        moves.move(command, State.CANCELLED, now=now, reason="The driver took the consent back.")


def forget_cards(*, vehicle_ids: Iterable[UUID]) -> None:
    """Take cards off the pages whose app has no live grant on the car any more."""
    for vehicle in Vehicle.objects.filter(pk__in=list(vehicle_ids)):
        live = vehicle.grants.filter(status__in=LIVE)
        apps = valkey.cards(vehicle.public_id).keys() - set(live.values_list("app__slug", flat=True))
        valkey.forget_cards(vehicle.public_id, apps)


def _locked() -> QuerySet[Command]:
    return Command.objects.select_for_update(of=("self",)).select_related("grant__app", "grant__vehicle", "vehicle")
