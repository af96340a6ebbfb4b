"""Every text in every language of the site, and pages that can be read from right to left."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.utils import translation

from apps_registry.sentences import sentence
from forecourt.vehicles.errors import PairingCodeError
from forecourt.web import problems
from forecourt.web.garage import GAUGES
from forecourt.web.retold import retell
from sandbox.wire.scopes import Scope
from tests import messages
from tests.web.conftest import SignIn, World

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
STYLES = sorted((settings.BASE_DIR / "platform" / "forecourt" / "web" / "static" / "forecourt").glob("*.css"))
GAP = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>")
#: Words that belong to one reading direction, and shorthands whose second and fourth values differ.
PHYSICAL = re.compile(
    r"\b(margin|padding|border|scroll-margin|scroll-padding)-(left|right)\b|(?<![-\w])(left|right)\s*:"
    r"|text-align:\s*(left|right)|\b(float|clear):|border-(top|bottom)-(left|right)-radius"
)
FOUR = re.compile(r"(?:margin|padding|inset|border-width): ((?:[^;()]|\((?:[^()]|\([^()]*\))*\))+);")
BATTERY = "Vehicle.Powertrain.TractionBattery"
GERMAN = {
    f"subscribe:{BATTERY}.StateOfCharge.Current": "Live sehen, wie voll die Batterie ist",
    f"read:{BATTERY}.NetCapacity": "Die Batteriekapazität sehen",
    "read:Vehicle.CurrentLocation@city": "Sehen, wo das Auto ist (nur die nächste Stadt)",
    f"actuate:{BATTERY}.Charging.StartStopCharging": "Das Laden starten oder stoppen",
    "provide:Energy.Price": "Strompreise bereitstellen",
}


@pytest.fixture(scope="module")
def found() -> Catalog:
    return messages.collect()


@pytest.fixture
def german() -> Iterator[None]:
    with translation.override("de"):
        yield


def forms(message: Message) -> tuple[list[str], list[str]]:
    """A message's texts and their translations; a plural has several."""
    texts = message.id if isinstance(message.id, list | tuple) else [message.id]
    said = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [str(text) for text in texts], [str(form) for form in said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_exactly_what_people_read(language: str, found: Catalog) -> None:
    _path, kept = messages.catalogue(language)
    hint = "`make messages` brings the catalogues up to date."
    assert {(m.id, m.context) for m in kept} == {(m.id, m.context) for m in found}, hint


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated_or_guessed(language: str) -> None:
    assert messages.untranslated(messages.catalogue(language)[1]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(language: str) -> None:
    path, kept = messages.catalogue(language)
    assert path.with_suffix(".mo").read_bytes() == messages.compiled(kept), "Run `make messages`."


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_every_placeholder_and_tag(language: str) -> None:
    for message in messages.catalogue(language)[1]:
        texts, said = forms(message)
        for told in said if message.id else []:
            assert sorted(GAP.findall(told)) == sorted(GAP.findall(texts[-1])), message.id


@pytest.mark.parametrize("kind", problems.PROBLEMS, ids=lambda kind: kind.__name__)
def test_every_problem_is_explained_in_german(kind: type[Exception], german: None) -> None:
    del german
    about = problems.explain(kind)
    with translation.override("en"):
        english = problems.explain(kind)
    assert about["title"] != english["title"]
    assert not english["resolution"] or about["resolution"] != english["resolution"]


def test_a_refusal_is_told_in_german_with_its_facts(german: None) -> None:
    del german
    assert problems.document(PairingCodeError("This car is paired already."), 422)["detail"] == (
        "Dieses Auto ist schon gekoppelt."
    )
    assert retell("manifest.json names the scope read:Vehicle.Speed twice (manifest.invalid)") == (
        "manifest.json nennt scope read:Vehicle.Speed zweimal (manifest.invalid)"
    )
    assert retell("Line 3: '1' is not 17 capital letters and digits without I, O and Q").startswith("Zeile 3: '1' ")


def test_words_of_strangers_are_not_translated(german: None) -> None:
    del german
    assert retell("You have no app speed.") == "Sie haben keine App speed."
    assert retell("My own words: as I like them") == "My own words: as I like them"
    assert retell("") == ""
    assert retell("{0} is taken. " * 100) == "{0} is taken. " * 100


@pytest.mark.parametrize(("scope", "said"), GERMAN.items(), ids=GERMAN)
def test_a_permission_reads_as_a_german_sentence(scope: str, said: str, german: None) -> None:
    del german
    assert sentence(Scope.parse(scope)) == said


def test_the_front_door_greets_in_german(world: World, client: Client) -> None:
    del world
    page = client.get("/", headers={"accept-language": "de-AT,de;q=0.8"}).content.decode()
    assert '<html lang="de" dir="ltr"' in page
    assert "Ihr Auto kann heute Nacht etwas Neues lernen." in page


@pytest.mark.parametrize(
    ("who", "address", "words"),
    [
        ("driver", "/cars/", "Meine Autos"),
        ("driver", "/store/smart-charging/", "Worum die App bittet"),
        ("driver", "/cars/nothing/", "Dieses Auto ist nicht mit Ihnen gekoppelt."),
        ("driver", "/review/", "Ihre Rolle erlaubt das nicht."),
        ("developer", "/developer/", "Schlüssel des Herausgebers"),
        ("developer", "/developer/apps/new/", "Energie und Laden"),
        ("partner", "/partner/", "Ihre Feeds"),
        ("reviewer", "/review/", "Wartet auf Prüfung"),
        ("operator", "/carmaker/partners/", "Datenpartner"),
        ("admin", "/carmaker/people/", "Prüfer/in"),
    ],
)
def test_pages_speak_german(world: World, as_person: SignIn, who: str, address: str, words: str) -> None:
    page = as_person(getattr(world, who)).get(address, headers={"accept-language": "de"})
    assert words in page.content.decode()
    assert page["Content-Language"] == "de"


def test_numbers_for_scripts_keep_the_point_where_people_read_a_comma(german: None) -> None:
    del german
    gauges = [(gauge, 41.5) for gauge in GAUGES if gauge.scale != 1]
    drawn = render_to_string("driver/_gauges.html", {"gauges": gauges})
    assert 'data-scale="0.001"' in drawn
    assert "Reichweite" in drawn


def test_what_is_missing_in_a_form_is_said_in_german(client: Client, world: World) -> None:
    del world
    page = client.post("/sign-up/", {"name": "Ada"}, headers={"accept-language": "de"}).content.decode()
    assert "Dieses Feld ist zwingend erforderlich." in page
    assert 'value="Ada"' in page


def test_a_language_is_chosen_in_the_footer_and_kept(world: World, client: Client) -> None:
    del world
    assert '<button name="language" value="de" lang="de">Deutsch</button>' in client.get("/store/").content.decode()
    answer = client.post("/language/", {"language": "de", "next": "/store/"})
    assert answer["Location"] == "/store/"
    assert '<html lang="de"' in client.get("/store/").content.decode()


def test_the_language_is_not_changed_by_a_link(world: World, client: Client) -> None:
    del world
    client.get("/language/?language=de")
    assert '<html lang="en"' in client.get("/store/").content.decode()


@override_settings(LANGUAGES=[("en", "English"), ("ar", "العربية")])
@pytest.mark.parametrize("address", ["/", "/store/", "/store/smart-charging/", "/sign-in/", "/nothing/"])
def test_pages_turn_round_for_languages_that_read_from_the_right(world: World, client: Client, address: str) -> None:
    del world
    page = client.get(address, headers={"accept-language": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl"' in page
    assert page.count("<main") == page.count("</main>") == 1


@pytest.mark.parametrize("sheet", STYLES, ids=lambda sheet: sheet.name)
def test_styles_name_sides_by_reading_direction(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert [found.group() for found in PHYSICAL.finditer(rules)] == []
    for values in FOUR.findall(rules):
        sides = re.findall(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+", values)
        assert len(sides) < 4 or sides[1] == sides[3], values
