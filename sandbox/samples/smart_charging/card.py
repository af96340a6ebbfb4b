"""What Smart Charging shows: pure rules from facts to one card."""

import math
from dataclasses import dataclass
from datetime import datetime

from .plan import HOME_POWER_KW, TARGET_PERCENT, Slot, average_price, needed_minutes, plan, ready_by

USUAL_CAPACITY_KWH = 50.0
BARS = 96  # a day of quarter hours
Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the app knows at one moment; what the driver did not grant or the car does not say is None."""

    now: datetime
    percent: int | None = None
    capacity_kwh: int | None = None
    range_km: int | None = None
    charging: bool = False
    plugged_in: bool = False
    prices: tuple[Slot, ...] = ()
    charged: frozenset[Slot] = frozenset()

    @property
    def ready_by(self) -> datetime:
        """When the driver wants to leave."""
        return ready_by(self.now)

    @property
    def full(self) -> bool:
        """Tell whether there is nothing left to charge."""
        return self.percent is not None and self.percent >= TARGET_PERCENT


def card(facts: Facts) -> dict[str, object]:
    """The whole card: one look says how full, when, and at what price."""
    chosen = chosen_slots(facts)
    tone = "warn" if facts.plugged_in and not facts.prices else "good" if facts.charging or facts.full else "calm"
    return {
        "title": "Smart charging",
        "rows": [*battery_rows(facts), *plan_rows(facts, chosen), *price_rows(facts, chosen)],
        "tone": tone,
        "progress": None if facts.percent is None else facts.percent,
        "chart": chart(facts, chosen),
        "actions": [],
    }


def five_minutes(now: datetime) -> datetime:
    """The time as exactly as the card needs it."""
    return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)


def charged_since_plugged_in(facts: Facts) -> frozenset[Slot]:
    """The slots in which the car has charged, with this one if it charges now."""
    if not facts.plugged_in:
        return frozenset()
    this = {slot for slot in facts.prices if facts.charging and slot.start <= facts.now < slot.end}
    return facts.charged | this


def chosen_slots(facts: Facts) -> list[Slot]:
    """The slots to charge in, if the car were plugged in from now on until it must be ready."""
    if facts.percent is None:
        return []
    minutes = needed_minutes(
        percent=facts.percent,
        target=TARGET_PERCENT,
        capacity_kwh=facts.capacity_kwh or USUAL_CAPACITY_KWH,
        power_kw=HOME_POWER_KW,
    )
    return plan(facts.prices, now=facts.now, ready_by=facts.ready_by, needed_minutes=minutes)


def battery_rows(facts: Facts) -> list[Row]:
    """How full the battery is, and how far that goes if the driver shares the range."""
    if facts.percent is None:
        return [row("Battery", "not shared")]
    far = "" if facts.range_km is None else f" · {facts.range_km} km"
    return [row("Battery", f"{facts.percent} %{far}")]


def plan_rows(facts: Facts, chosen: list[Slot]) -> list[Row]:
    """What happens next."""
    if facts.full:
        return [row("Plan", f"charged to {TARGET_PERCENT:.0f} %")]
    if not chosen:
        return [row("Plan", "waiting for prices")]
    if facts.charging:
        return [row("Charging", f"until {clock(run_end(chosen), facts)}")]
    if facts.plugged_in:
        return [row("Charging starts", clock(chosen[0].start, facts)), row("Ready", clock(chosen[-1].end, facts))]
    return [row("Plug in to charge", f"from {clock(chosen[0].start, facts)}")]


def price_rows(facts: Facts, chosen: list[Slot]) -> list[Row]:
    """What electricity costs now, and on average in the plan."""
    current = next((slot for slot in facts.prices if slot.start <= facts.now < slot.end), None)
    planned = average_price(chosen)
    rows = [] if current is None else [row("Price now", money(current.eur_per_mwh))]
    return rows if planned is None or facts.full else [*rows, row("Price planned", money(planned))]


def chart(facts: Facts, chosen: list[Slot]) -> dict[str, object] | None:
    """The prices until the car must be ready; slots in which it charges, or has charged, are lit."""
    lit = {slot.end for slot in chosen} | {slot.end for slot in facts.charged}
    first = min([facts.now, *(slot.start for slot in facts.charged)])
    shown = [slot for slot in facts.prices if slot.end > first and slot.start < facts.ready_by][:BARS]
    bars = [[clock(slot.start, facts), round(slot.eur_per_mwh, 2), slot.end in lit] for slot in shown]
    return {"kind": "bars", "unit": "EUR/MWh", "values": bars} if bars else None


def run_end(chosen: list[Slot]) -> datetime:
    """When the first unbroken run of slots ends."""
    end = chosen[0].end
    for slot in chosen[1:]:
        if slot.start != end:
            break
        end = slot.end
    return end


def row(label: str, value: str) -> Row:
    """One line of the card."""
    return {"label": label, "value": value}


def money(eur_per_mwh: float) -> str:
    """A price as drivers read it: cents for a kWh."""
    return f"{math.floor(eur_per_mwh + 0.5) / 10:.1f} ct/kWh"


def clock(moment: datetime, facts: Facts) -> str:
    """A time of day on the car's own clock."""
    return moment.astimezone(facts.now.tzinfo).strftime("%H:%M")
