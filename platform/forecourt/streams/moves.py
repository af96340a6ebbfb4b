"""Moves a command along its life and tells the driver's pages once the move is committed."""

from datetime import datetime

from django.db import transaction

from forecourt.streams import states, valkey
from forecourt.streams.models import Command


def move(command: Command, to: str, *, now: datetime, reason: str = "") -> None:
    """Take one step; the caller holds the row's lock.

    Raises:
        CommandStateError: the table has no such step.
    """
    states.check(command.state, to)
    command.state, command.changed_at, command.reason = to, now, reason[:200]
    command.save(update_fields=["state", "changed_at", "reason", "acknowledged_at"])
    announce(command)


def announce(command: Command) -> None:
    """Tell the pages what became of a command, after the commit."""
    name, document = command.vehicle.public_id, {"type": "command"} | describe(command)
    transaction.on_commit(lambda: valkey.announce(name, document))


def describe(command: Command) -> dict[str, str]:
    """A command as apps and pages see it."""
    return {
        "id": str(command.pk),
        "app": command.grant.app.slug,
        "path": command.path,
        "value": command.value,
        "state": command.state,
        "reason": command.reason,
    }
