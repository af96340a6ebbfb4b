"""The half of Smart Charging that runs in the car: it shows the plan, and the cloud half carries it out."""

import json
from datetime import datetime

from componentize_py_types import Err
from wit_world.imports import log, signals, ui

from .card import Facts, card, charged_since_plugged_in, five_minutes
from .plan import Slot, moment, slots_of

BATTERY = "Vehicle.Powertrain.TractionBattery"
CHARGE = f"{BATTERY}.StateOfCharge.Current"
CAPACITY = f"{BATTERY}.NetCapacity"
RANGE = f"{BATTERY}.Range"
CHARGING = f"{BATTERY}.Charging.IsCharging"
CABLE = f"{BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
FORECAST = "Energy.Price.Forecast"
WARNING = 2


class WitWorld:
    """The component, found by this name: one object that lives as long as the app runs."""

    def __init__(self) -> None:
        """Nothing is known and nothing is shown yet."""
        self.known: Facts | None = None
        self.shown = ""
        self.forecast: str | None = None
        self.prices: tuple[Slot, ...] = ()
        self.charged: frozenset[Slot] = frozenset()

    def handle(self, event_json: str) -> None:
        """Look at the car, work out the plan, and show it if it changed."""
        event = json.loads(event_json)
        if event.get("type") == "tick":
            self.look(moment(event["now"]))

    def look(self, now: datetime) -> None:
        """Read the signals; work only if something that the card shows has changed."""
        self.read_prices()
        facts = Facts(
            now=five_minutes(now),
            percent=whole(CHARGE),
            capacity_kwh=whole(CAPACITY),
            range_km=whole(RANGE, per=1000),
            charging=signal(CHARGING) == "true",
            plugged_in=signal(CABLE) == "true",
            prices=self.prices,
            charged=self.charged,
        )
        if facts != self.known:
            self.known = facts
            self.charged = charged_since_plugged_in(facts)
            self.show(json.dumps(card(facts), separators=(",", ":")))

    def read_prices(self) -> None:
        """Read the forecast again only if it is another one; the signal holds a text that holds JSON."""
        forecast = signal(FORECAST)
        if forecast != self.forecast:
            self.forecast = forecast
            self.prices = tuple(slots_of(json.loads(json.loads(forecast)))) if forecast else ()

    def show(self, text: str) -> None:
        """Put a new card on the screen; a refused one is logged and not tried again."""
        if text == self.shown:
            return
        self.shown = text
        try:
            ui.show(text)
        except Err as refused:
            log.write(WARNING, f"card refused: {refused.value}")


def signal(path: str) -> str | None:
    """The latest value of a signal as JSON, or None if it is not granted or not known."""
    try:
        text: str = signals.get_json(path)
    except Err:
        return None
    return text


def whole(path: str, *, per: int = 1) -> int | None:
    """The latest value of a numeric signal, rounded down, or None if it is not granted or not known."""
    try:
        return int(signals.get_number(path)) // per
    except Err:
        return None
