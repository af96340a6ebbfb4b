"""The parts that pages are made of; each draws one include of templates/parts."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zlib import crc32

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, Textarea
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext_lazy, pgettext

from apps_registry import sentences
from apps_registry.models import App
from forecourt.web import charts, icons
from forecourt.web.retold import retell
from sandbox.wire import catalog, scopes

register = template.Library()

HUES: Final = 6
#: state → tone, icon, word; a state is never told by its colour alone.
STATES: Final[Mapping[str, tuple[str, str, str | Promise]]] = {
    "acknowledged": ("accent", "clock", gettext_lazy("Acknowledged")),
    "active": ("ok", "check", gettext_lazy("Active")),
    "admitted": ("ok", "check", gettext_lazy("Admitted")),
    "applied": ("warn", "clock", gettext_lazy("Waiting")),
    "approved": ("accent", "check", gettext_lazy("Approved, being signed")),
    "cancelled": ("", "cross", gettext_lazy("Cancelled")),
    "delivered": ("accent", "truck", gettext_lazy("Delivered")),
    "downloading": ("accent", "truck", gettext_lazy("Downloading")),
    "expired": ("", "clock", gettext_lazy("Expired")),
    "failed": ("danger", "alert", gettext_lazy("Failed")),
    "in_analysis": ("accent", "clock", gettext_lazy("Being checked")),
    "in_review": ("warn", "review", gettext_lazy("Waiting for review")),
    "installed": ("ok", "check", gettext_lazy("Installed")),
    "installing": ("accent", "truck", gettext_lazy("Installing")),
    "live": ("ok", "signal", gettext_lazy("Live")),
    "lost": ("danger", "alert", gettext_lazy("Lost")),
    "offered": ("accent", "truck", gettext_lazy("Offered")),
    "paused": ("warn", "pause", gettext_lazy("Paused")),
    "planned": ("", "clock", gettext_lazy("Planned")),
    "published": ("ok", "check", gettext_lazy("Published")),
    "queued": ("", "clock", gettext_lazy("Queued")),
    "recorded": ("", "play", gettext_lazy("Recorded drive")),
    "rejected": ("danger", "cross", gettext_lazy("Rejected")),
    "revoked": ("", "stop", gettext_lazy("Stopped")),
    "simulated": ("", "info", gettext_lazy("Simulated")),
    "submitted": ("accent", "clock", gettext_lazy("Submitted")),
    "suspended": ("danger", "stop", gettext_lazy("Suspended")),
    "ok": ("ok", "check", gettext_lazy("Good")),
    "verified": ("ok", "check", gettext_lazy("Verified")),
    "warn": ("warn", "alert", gettext_lazy("Look here")),
    "withdrawn": ("", "stop", gettext_lazy("Withdrawn")),
}
#: "2 days" in "2 days ago": some languages bend the word there.
SPANS: Final = {
    "year": npgettext_lazy("ago", "%(num)d year", "%(num)d years", "num"),
    "month": npgettext_lazy("ago", "%(num)d month", "%(num)d months", "num"),
    "week": npgettext_lazy("ago", "%(num)d week", "%(num)d weeks", "num"),
    "day": npgettext_lazy("ago", "%(num)d day", "%(num)d days", "num"),
    "hour": npgettext_lazy("ago", "%(num)d hour", "%(num)d hours", "num"),
    "minute": npgettext_lazy("ago", "%(num)d minute", "%(num)d minutes", "num"),
}
UNITS: Final = {"percent": "%", "Celsius": "°C", "celsius": "°C", "degrees": "°", "iso8601": ""}
#: The first that starts a scope's pattern wins.
ICONS: Final = (
    ("Energy", "price"),
    ("Vehicle.CurrentLocation", "pin"),
    ("Vehicle.Powertrain.TractionBattery.Charging.Location", "pin"),
    ("Vehicle.Powertrain.TractionBattery.Charging.ChargingPort", "plug"),
    ("Vehicle.Powertrain.TractionBattery.Charging", "bolt"),
    ("Vehicle.Powertrain.TractionBattery", "battery"),
    ("Vehicle.Powertrain", "power"),
    ("Vehicle.Cabin.Door", "door"),
    ("Vehicle.Cabin", "climate"),
    ("Vehicle.Exterior", "climate"),
    ("Vehicle.Chassis", "tyre"),
    ("Vehicle.Speed", "speed"),
)


@register.inclusion_tag("parts/icon.html")
def icon(name: str, size: str = "") -> dict[str, str]:
    """One icon of the sprite; it decorates, a word stands beside it."""
    return {"name": name, "size": size}


@register.inclusion_tag("parts/tile.html")
def tile(app: App, size: str = "") -> dict[str, object]:
    """An app's own icon, or its monogram where it has none; its name stands beside it."""
    return {"app": app, "version": app.icon_sha256[: icons.SHOWN], "size": size}


@register.inclusion_tag("parts/monogram.html")
def monogram(name: str, slug: str, size: str = "") -> dict[str, object]:
    """An app's tile, made from its name: the same letters and colour everywhere."""
    words = name.split()
    letters = words[0][:1] + words[1][:1] if len(words) > 1 else name[:2]
    return {"letters": letters.upper(), "hue": crc32(slug.encode()) % HUES, "size": size}


@register.inclusion_tag("parts/pill.html")
def pill(state: str, word: str = "") -> dict[str, object]:
    """A state as a word with an icon and a tone."""
    tone, icon_name, label = STATES.get(state, ("", "info", state.replace("_", " ").capitalize()))
    return {"tone": tone, "icon": icon_name, "label": word or label}


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """A form's field with its label, help and errors tied to it."""
    described = [f"{bound.auto_id}-help"] if bound.help_text else []
    described += [f"{bound.auto_id}-error"] if bound.errors else []
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if isinstance(bound.field.widget, Textarea):
        attributes["rows"] = "4"
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attributes),
        "is_checkbox": isinstance(bound.field.widget, CheckboxInput),
    }


@register.inclusion_tag("parts/chart.html")
def price_bars(chart: Mapping[str, Any], title: str = "") -> dict[str, object]:
    """A card's bar chart, drawn on the server, with its numbers as a table beneath."""
    return {"plot": charts.plot(unit=chart.get("unit", ""), values=chart.get("values", ())), "title": title}


@register.inclusion_tag("parts/chip.html")
def chip(scope: str) -> dict[str, object]:
    """The signals of a scope in words; their paths on demand."""
    pattern = scopes.Scope.parse(scope).pattern
    signals = catalog.DEFAULT.expand(pattern)
    words = ", ".join(sentences.label(signal) for signal in signals[:3])
    return {
        "words": words or pattern,
        "more": max(0, len(signals) - 3),
        "paths": [s.path for s in signals] or [pattern],
    }


register.filter("retold", retell)


@register.filter
def scope_icon(scope: str | scopes.Scope) -> str:
    """The icon for what a scope touches."""
    pattern = str(scope).partition(":")[2]
    return next((name for start, name in ICONS if pattern.startswith(start)), "signal")


@register.filter
def acts(scope: str | scopes.Scope) -> bool:
    """Whether a scope lets the app do something, not only read."""
    return str(scope).startswith("actuate:")


@register.filter
def sentence(scope: str | scopes.Scope) -> str:
    """A scope as a driver reads it."""
    return sentences.sentence(scopes.Scope.parse(str(scope)))


@register.filter
def plain(value: object) -> object:
    """A signal's value as people read it: words for yes and no, numbers without needless digits."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return formats.number_format(round(value, 1)) if isinstance(value, float) else value


@register.filter
def measured(value: object, name: str) -> str:
    """A signal's value with its unit as people say it: a long way is told in kilometres."""
    if name == "m" and isinstance(value, int | float) and abs(value) >= 1000:
        value, name = round(value / 1000, 1), "km"
    return f"{plain(value)} {UNITS.get(name, name)}".strip()


@register.filter
def scaled(value: float | str, scale: float) -> str:
    """A figure in the unit of its gauge, rounded to whole numbers."""
    if isinstance(value, int | float):
        return formats.number_format(round(value * scale), use_l10n=True)
    return value


@register.filter
def millions(value: float) -> str:
    """A count in millions, with one digit after the point."""
    return formats.number_format(round(value / 1_000_000, 1))


@register.filter
def ago(moment: datetime | None) -> str | SafeString:
    """How long ago, with the exact time in its zone on hover."""
    if moment is None:
        return "-"
    form = pgettext("date format", "j M Y, H:i")
    exact = f"{formats.date_format(timezone.localtime(moment), form)} {timezone.get_current_timezone_name()}"
    past = timezone.now() - moment
    spans = timesince(moment, time_strings=SPANS, depth=1)  # type: ignore[arg-type]  # the stubs forget lazy texts
    words = _("just now") if past.total_seconds() < 60 else _("%s ago") % spans
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)


@register.filter
def pretty(value: object) -> str:
    """Evidence as a person reads it: indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.filter
def starts(start: str, path: str) -> bool:
    """Whether a page lies under a link of the header."""
    return path.startswith(start)


@register.filter
def sheets(names: str) -> list[str]:
    """The style sheets of these names."""
    return [f"forecourt/{name}.css" for name in names.split()]


@register.filter
def modules(names: str) -> list[str]:
    """The scripts of these names."""
    return [f"forecourt/{name}.js" for name in names.split()]


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value under a key, or nothing."""
    return mapping.get(key)


@register.simple_tag
def demo_logins() -> Sequence[tuple[str, str, str]]:
    """The demo's logins, or nothing outside the demo."""
    return settings.DEMO_LOGINS if settings.DEMO else ()
