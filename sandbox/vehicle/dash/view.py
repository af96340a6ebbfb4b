"""What the head unit shows: pure rules from the car's state to one JSON document for the page."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sandbox.vehicle.car import Car, State
from sandbox.wire.cards import Card, for_dash

WORDS: Final = {
    State.PARKED: "Parked",
    State.DRIVING: "Driving",
    State.PLUGGED_IN: "Plugged in, waiting",
    State.CHARGING: "Charging",
}
LABELS: Final = {"recorded": "Replayed drive", "simulated": "Simulated drive", "live": "Live"}


@dataclass(slots=True)
class Screen:
    """All that is on the screen beside the car itself."""

    source: str
    now: datetime  #: on the car's own clock, in its zone
    connected: bool = False
    paired: bool = False
    nickname: str = ""
    pairing_code: str | None = None
    switch: bool | None = None  #: what somebody at the simulator chose: moving, parked, or None to follow the car
    names: dict[str, str] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    notice: str = ""

    def turn(self, moving: bool | None) -> None:  # noqa: FBT001 - the switch has two ends
        """Turn the simulator's switch."""
        self.switch = moving


def moving(car: Car, screen: Screen) -> bool:
    """Whether the distraction rules apply: as somebody chose, else as the car does."""
    return car.moving if screen.switch is None else screen.switch


def document(car: Car, screen: Screen) -> dict[str, Any]:
    """The whole screen as JSON values; cards are cut to what may be seen while moving."""
    in_motion = moving(car, screen)
    return {
        "model": f"{car.profile.make} {car.profile.model}",
        "nickname": screen.nickname,
        "label": LABELS.get(screen.source, screen.source),
        "night": "" if car.plugged_in_at is None else "Simulated charging",
        "time": f"{screen.now:%H:%M}",
        "day": f"{screen.now:%a} {screen.now.day} {screen.now:%b}",
        "speed": round(car.speed),
        "percent": int(car.percent),
        "range_km": int(car.profile.range_km * car.percent / 100),
        "outside": round(car.outside),
        "charging": car.charging,
        "plugged_in": car.plugged_in_at is not None,
        "state": WORDS[car.state],
        "moving": in_motion,
        "connected": screen.connected,
        "paired": screen.paired,
        "pairing_code": screen.pairing_code,
        "notice": screen.notice,
        "cards": [_card(app, card, screen, in_motion=in_motion) for app, card in sorted(screen.cards.items())],
        "apps": [{"app": app, "name": name} for app, name in sorted(screen.names.items())],
    }


def _card(app: str, card: Card, screen: Screen, *, in_motion: bool) -> dict[str, Any]:
    shown = for_dash(card, moving=in_motion)
    return {"app": app, "name": screen.names.get(app, app), **shown.to_dict(), "shortened": shown != card}
