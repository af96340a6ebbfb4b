"""The parts that pages are made of, and the rules that hold for all of them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone

from apps_registry.models import Release
from forecourt.accounts.models import Organisation
from forecourt.consent.models import Grant
from forecourt.delivery.models import Delivery
from forecourt.streams.models import Command
from forecourt.vehicles.models import Vehicle
from forecourt.web.templatetags import parts

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "platform" / "forecourt" / "web" / "static" / "forecourt"
STATES = [Release.Status, Organisation.Status, Grant.Status, Delivery.State, Command.State, Vehicle.DataSource]


def draw(source: str, **context: object) -> str:
    return Template("{% load parts %}" + source).render(Context(context))


@pytest.mark.parametrize("states", STATES, ids=lambda states: states.__qualname__)
def test_every_state_has_a_word_and_an_icon(states: type) -> None:
    known = set(parts.STATES)
    assert {str(state) for state in states} - {"superseded"} <= known  # type: ignore[attr-defined]


def test_an_unknown_state_reads_as_its_name() -> None:
    assert "On holiday" in draw("{% pill 'on_holiday' %}")


def test_a_monogram_is_the_same_everywhere() -> None:
    assert ">SC<" in draw("{% monogram 'Smart Charging' 'smart-charging' %}")
    assert ">FR<" in draw("{% monogram 'Frost' 'frost' %}")


def test_signals_are_named_in_words_with_their_paths_on_demand() -> None:
    drawn = draw("{% chip 'read:Vehicle.CurrentLocation' %}")
    assert "Latitude, Longitude, Altitude" in drawn
    assert "<code>Vehicle.CurrentLocation.Latitude</code>" in drawn


def test_times_are_relative_with_the_exact_one_on_hover() -> None:
    drawn = draw("{{ moment|ago }}", moment=timezone.now() - timedelta(hours=2))
    assert "2\N{NO-BREAK SPACE}hours ago" in drawn
    assert "UTC" in drawn
    assert draw("{{ moment|ago }}", moment=None) == "-"
    assert "just now" in draw("{{ moment|ago }}", moment=timezone.now())


def test_values_read_as_words_and_plain_numbers() -> None:
    assert draw("{{ a|plain }} {{ b|plain }} {{ c|plain }}", a=True, b=41.34, c="DK1") == "yes 41.3 DK1"
    assert draw("{{ 168200|scaled:0.001 }} {{ 'x'|scaled:1 }} {{ 8123456|millions }}") == "168 x 8.1"


def test_values_come_with_the_unit_that_people_say() -> None:
    assert draw("{{ a|measured:'percent' }}, {{ b|measured:'m' }}, {{ c|measured:'m' }}", a=92.31, b=359900, c=12) == (
        "92.3 %, 359.9 km, 12 m"
    )
    assert draw("{{ a|measured:'' }}", a=True) == "yes"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_keep_to_the_strict_policy(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|https?://(?!www\.w3\.org)", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style", source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_words_between_tags_can_be_translated(template: Path) -> None:
    blocks = r"{% blocktranslate.*?{% endblocktranslate %}|{% block body_attributes %}.*?{% endblock %}"
    source = re.sub(blocks, "", template.read_text(), flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", source, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{3,}", text)) <= {"Forecourt", "SHA", "doctype", "html"}


def test_scripts_are_small() -> None:
    assert [script.name for script in STATIC.glob("*.js") if script.stat().st_size > 10_000] == []


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'id="([a-z]+)"', (STATIC / "icons.svg").read_text()))
    used = {name for page in TEMPLATES for name in re.findall(r'{% icon "([a-z]+)"', page.read_text())}
    used |= {name for page in TEMPLATES for name in re.findall(r'with icon="([a-z]+)"', page.read_text())}
    used |= {icon for _tone, icon, _word in parts.STATES.values()} | {icon for _start, icon in parts.ICONS}
    assert used <= sprite


def test_colours_are_named_once() -> None:
    others = [sheet for sheet in STATIC.glob("*.css") if sheet.name != "tokens.css"]
    accents = [sheet.name for sheet in others if "#0a6b5e" in sheet.read_text().lower()]
    assert accents == []
