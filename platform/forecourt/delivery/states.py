"""Pure: the lawful moves of a delivery. Only a vehicle report leads to INSTALLED."""

from typing import Final

from forecourt.delivery.models import Delivery

State = Delivery.State

#: Waiting for the car; each of them has a deadline.
UNDERWAY: Final = frozenset({State.PLANNED, State.OFFERED, State.DOWNLOADING, State.INSTALLING})

#: States from which a car's report of the ordered bundle counts as installed. A late success is a success.
MAY_SUCCEED: Final = UNDERWAY | {State.FAILED, State.LOST, State.CANCELLED}

#: States from which an order for the same release starts afresh.
MAY_REOPEN: Final = frozenset({State.CANCELLED, State.LOST, State.INSTALLED})
