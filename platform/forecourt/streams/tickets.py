"""Tickets that let the driver's own pages listen to one car, checked without I/O."""

from typing import Final, NamedTuple

from django.core import signing

from forecourt.streams.errors import TicketInvalidError

TICKET_SECONDS: Final = 12 * 3600


class Ticket(NamedTuple):
    """Who may listen to which car."""

    public_id: str
    user_id: int


def issue(public_id: str, user_id: int) -> str:
    """A ticket for `/live/<ticket>`; the caller has checked that the person has a role on the car."""
    return signing.dumps([public_id, user_id], salt="live-ticket", compress=False)


def read(ticket: str) -> Ticket:
    """What the ticket says.

    Raises:
        TicketInvalidError: it is not ours, or too old.
    """
    try:
        public_id, user_id = signing.loads(ticket, salt="live-ticket", max_age=TICKET_SECONDS)
    except (signing.BadSignature, ValueError) as error:
        raise TicketInvalidError from error
    return Ticket(public_id, user_id)
