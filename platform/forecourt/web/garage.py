"""What a driver sees of a car, gathered from the packages that know a part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps_registry import sentences
from apps_registry.models import App, Release
from forecourt.accounts.models import User
from forecourt.consent import selectors as consent
from forecourt.consent.models import Grant, GrantItem
from forecourt.delivery import selectors as delivery
from forecourt.delivery.models import Delivery, Installation
from forecourt.metering import selectors as metering
from forecourt.streams import selectors as streams
from forecourt.streams import tickets
from forecourt.streams.models import Command
from forecourt.vehicles import selectors as vehicles
from forecourt.vehicles.models import Vehicle
from sandbox.wire.scopes import Scope

BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
LEVEL: Final = f"{BATTERY}.StateOfCharge.Current"
CHARGING: Final = f"{BATTERY}.Charging.IsCharging"
CABLE: Final = f"{BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
SPEED: Final = "Vehicle.Speed"
COMMANDS_SHOWN: Final = 8
RECEIPT_SECONDS: Final = 2
#: What a command does, in words; another one is named by its value.
COMMAND_WORDS: Final[Mapping[str, str | Promise]] = {"START": _("Start charging"), "STOP": _("Stop charging")}
COMMAND_STATES: Final = {"verified": "done", "failed": "failed", "expired": "failed", "rejected": "failed"}


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One figure of the car's page: which signal, in which words and unit."""

    path: str
    label: str | Promise
    unit: str = ""
    scale: float = 1
    yes: str | Promise = ""
    no: str | Promise = ""


GAUGES: Final = (
    Gauge(path=LEVEL, label=_("Battery"), unit="%"),
    Gauge(path=f"{BATTERY}.Range", label=_("Range"), unit="km", scale=0.001),
    Gauge(path=CHARGING, label=_("Charging"), yes=_("On"), no=_("Off")),
    Gauge(path=CABLE, label=_("Cable"), yes=_("Connected"), no=_("Not connected")),
    Gauge(path=SPEED, label=_("Speed"), unit="km/h"),
    Gauge(path="Vehicle.Exterior.AirTemperature", label=_("Outside"), unit="°C"),
)


@dataclass(frozen=True, kw_only=True)
class AppOnCar:
    """An app on one car: what it may do, how far its installation came, what it shows."""

    app: App
    grant: Grant | None
    items: list[dict[str, Any]]
    delivery: Delivery | None
    installation: Installation | None
    card: Mapping[str, Any] | None = None
    today: Mapping[str, int] = field(default_factory=dict)
    may_change: bool = False  # the viewer may pause or stop it
    may_resume: bool = False  # and it was them who paused it

    @property
    def is_paused(self) -> bool:
        """Whether it receives nothing until somebody resumes it."""
        return self.grant is not None and self.grant.status == Grant.Status.PAUSED

    @property
    def is_active(self) -> bool:
        """Whether it may receive something now."""
        return self.grant is not None and not self.is_paused

    @property
    def state(self) -> str:
        """Installed, on its way, or only granted."""
        if self.installation:
            return "installed"
        return self.delivery.state if self.delivery else "planned"


@dataclass(frozen=True, kw_only=True)
class Pause:
    """What "pause everything" would do on a car: `running` and `paused` count apps, the rest whose button it is."""

    running: int
    paused: int
    may_pause: bool
    may_resume: bool


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Whether an app's release suits one of the person's cars."""

    vehicle: Vehicle
    suits: bool
    granted: bool

    @property
    def can_install(self) -> bool:
        """Whether installing would do something."""
        return self.suits and not self.granted


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One car in a list."""

    vehicle: Vehicle
    doing: str | Promise
    level: float | None
    apps: list[App] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The receipt for a revocation; `seconds` is how long after it the last byte left, if a stream was open."""

    grant: Grant
    seconds: float | None
    is_waiting: bool


def stop_of(grant: Grant, *, now: datetime) -> Stop:
    """The receipt for a grant's end; for two seconds the data plane may still be writing it."""
    ended, last = grant.ended_at, streams.last_byte_at(grant.vehicle.public_id, grant.pk)
    seconds = None if ended is None or last is None else max(0.0, (last - ended).total_seconds())
    is_fresh = ended is not None and (now - ended).total_seconds() < RECEIPT_SECONDS
    return Stop(grant=grant, seconds=seconds, is_waiting=seconds is None and is_fresh)


def cars_of(user: User | AnonymousUser, *, now: datetime) -> list[Summary]:
    """The person's cars with what they do now; a stranger has none."""
    if not isinstance(user, User):
        return []
    return [_summary(vehicle, now=now) for vehicle in vehicles.vehicles_of(user, now=now)]


def fits(user: User | AnonymousUser, release: Release, *, now: datetime) -> list[Fit]:
    """For each of the person's cars, whether the release suits it and the app is on it already."""
    if not isinstance(user, User):
        return []
    mine = vehicles.vehicles_of(user, now=now)
    return [
        Fit(
            vehicle=vehicle,
            suits=delivery.suits(release, vehicle),
            granted=delivery.live_grants(vehicle, now=now).filter(app=release.app).exists(),
        )
        for vehicle in mine
    ]


def about(vehicle: Vehicle, user: User, *, now: datetime) -> dict[str, Any]:
    """Everything that the car's page shows."""
    values = _values(vehicle)
    apps = apps_on(vehicle, user, now=now)
    return {
        "vehicle": vehicle,
        "ticket": tickets.issue(vehicle.public_id, user.pk),
        "doing": doing(values),
        "watched": " ".join(gauge.path for gauge in GAUGES),
        "gauges": [(gauge, values[gauge.path]) for gauge in GAUGES if gauge.path in values],
        "apps": apps,
        "pause": _pause(apps),
        "cards": [on_car for on_car in apps if on_car.card],
        "commands": [_command(command) for command in streams.commands(vehicle)[:COMMANDS_SHOWN]],
    }


def apps_on(vehicle: Vehicle, user: User, *, now: datetime) -> list[AppOnCar]:
    """The apps that the car has or is about to have, by name, and what this person may do about each."""
    live = delivery.live_grants(vehicle, now=now).select_related("app__publisher", "paused_by")
    grants = {grant.app: grant for grant in live}
    changeable = {grant.app for grant in consent.changeable(user, now=now).filter(vehicle=vehicle)}
    resumable = {grant.app for grant in consent.resumable(user, now=now).filter(vehicle=vehicle)}
    installed = {row.app: row for row in delivery.installations(vehicle)}
    cards, today = streams.cards(vehicle.public_id), metering.apps_today(vehicle.public_id, now=now)
    found = sorted({*grants, *installed}, key=lambda app: app.name)
    return [
        AppOnCar(
            app=app,
            grant=grants.get(app),
            items=[_item(item) for item in grants[app].items.all()] if app in grants else [],
            delivery=_delivery(app, vehicle),
            installation=installed.get(app),
            card=cards.get(app.slug),
            today=today.get(app.slug, {}),
            may_change=app in changeable,
            may_resume=app in resumable,
        )
        for app in found
    ]


def doing(values: Mapping[str, Any]) -> str | Promise:
    """What the car does now, in one or two words."""
    if values.get(CHARGING):
        return pgettext_lazy("the car", "Charging")
    if (values.get(SPEED) or 0) > 0:
        return pgettext_lazy("the car", "Driving")
    if values.get(CABLE):
        return pgettext_lazy("the car", "Plugged in")
    return pgettext_lazy("the car", "Parked") if values else pgettext_lazy("the car", "No data yet")


def _pause(apps: Sequence[AppOnCar]) -> Pause:
    running, paused = [app for app in apps if app.is_active], [app for app in apps if app.is_paused]
    return Pause(
        running=len(running),
        paused=len(paused),
        may_pause=any(app.may_change for app in running),
        may_resume=any(app.may_resume for app in paused),
    )


def _summary(vehicle: Vehicle, *, now: datetime) -> Summary:
    values = _values(vehicle)
    grants = delivery.live_grants(vehicle, now=now).select_related("app")
    return Summary(vehicle=vehicle, doing=doing(values), level=values.get(LEVEL), apps=[grant.app for grant in grants])


def _values(vehicle: Vehicle) -> dict[str, Any]:
    points = streams.latest(vehicle.public_id, [gauge.path for gauge in GAUGES])
    return {path: point["value"] for path, point in points.items()}


def _item(item: GrantItem) -> dict[str, Any]:
    scope = Scope(item.action, item.pattern, item.precision)
    return {
        "scope": str(scope),
        "sentence": sentences.sentence(scope),
        "purpose_sentence": sentences.purpose(item.purpose),
    }


def _delivery(app: App, vehicle: Vehicle) -> Delivery | None:
    return delivery.deliveries(app=app.slug).filter(vehicle=vehicle).first()


def _command(command: Command) -> dict[str, Any]:
    return {
        "what": COMMAND_WORDS.get(str(command.value), command.value),
        "by": command.grant.app.name,
        "state": command.state,
        "mark": COMMAND_STATES.get(command.state, "now"),
        "reason": command.reason,
        "when": command.changed_at,
    }
