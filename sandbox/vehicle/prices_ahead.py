"""Prices as an app in the car reads them: the forecast as a signal of the overlay."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.vehicle import paths
from sandbox.wire.prices import Slot, parse_slots


@dataclass(slots=True)
class PricesAhead:
    """The last prices that the platform gave this car; empty without a consent that covers them."""

    area: str = ""
    slots: Sequence[Slot] = ()
    forecast: str = field(default="", repr=False)

    def take(self, feed: dict[str, Any] | None) -> None:
        """Replace the prices by those of the feed, or forget them."""
        rows = feed["slots"] if feed else []
        self.area = str(feed["area"]) if feed else ""
        self.slots = parse_slots(rows) if rows else ()
        self.forecast = json.dumps([slot.to_dict() for slot in self.slots]) if rows else ""

    def signals(self, now: datetime) -> dict[str, object]:
        """The overlay's signals at that moment."""
        if not self.slots:
            return {}
        current = next((slot for slot in self.slots if slot.start <= now < slot.end), None)
        price: dict[str, object] = {} if current is None else {paths.PRICE_NOW: float(current.eur_per_mwh)}
        return {paths.PRICE_FORECAST: self.forecast, paths.PRICE_AREA: self.area, **price}
