"""Apps in the car: what they show and do, and what happens when they fail."""

import json
from pathlib import Path

import pytest

from sandbox.runtime.messages import TickAnswer
from sandbox.vehicle.apps import Apps
from tests.sandbox.vehicle.fake_units import CARD, FakeApp, installed_app

GOOD = TickAnswer(cards=(json.dumps(CARD),), actuations=(("Vehicle.Speed", "1"),))
BROKEN = {
    "a card that is no card": TickAnswer(cards=("{}",)),
    "a value that is no JSON": TickAnswer(actuations=(("Vehicle.Speed", "{"),)),
    "a value nested without end": TickAnswer(actuations=(("Vehicle.Speed", "[" * 8000),)),
    "the app's own error": TickAnswer(error="confused"),
    "a dead child": RuntimeError("gone"),
}


@pytest.fixture
def apps(app: FakeApp, tmp_path: Path) -> Apps:
    apps = Apps(lambda _installed: app)
    assert apps.follow({"smart-charging": installed_app(tmp_path)}) == {}
    return apps


def test_an_installed_app_runs_and_its_last_card_counts(apps: Apps, app: FakeApp) -> None:
    app.answer = GOOD
    outcome = apps.tick({"Vehicle.Speed": 1}, {"type": "tick"})
    assert outcome.cards["smart-charging"].title == "Smart charging"
    assert outcome.actuations == [("smart-charging", "Vehicle.Speed", 1)]
    assert app.seen == [({"Vehicle.Speed": 1}, {"type": "tick"})]


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_failing_app_is_reported_and_shows_nothing(apps: Apps, app: FakeApp, answer: TickAnswer | Exception) -> None:
    app.answer = answer
    outcome = apps.tick({}, {})
    assert outcome.errors["smart-charging"]
    assert (outcome.cards, outcome.actuations) == ({}, [])


def test_a_dead_app_is_not_asked_again(apps: Apps, app: FakeApp) -> None:
    app.answer = RuntimeError("gone")
    apps.tick({}, {})
    apps.tick({}, {})
    assert (len(app.seen), app.running) == (1, False)


def test_a_changed_grant_starts_the_app_anew(apps: Apps, app: FakeApp, tmp_path: Path) -> None:
    first, apps.starter = app, lambda _installed: FakeApp()
    apps.follow({"smart-charging": installed_app(tmp_path, granted=())})
    assert not first.running
    assert apps.running.keys() == {"smart-charging"}


def test_an_app_that_is_gone_is_stopped(apps: Apps, app: FakeApp) -> None:
    apps.follow({})
    assert (app.running, apps.running, apps.installed) == (False, {}, {})


def test_an_app_that_does_not_start_is_reported_and_leaves_the_others_alone(tmp_path: Path) -> None:
    bad, good = FakeApp(), FakeApp()
    bad.fails_to_start = True
    apps = Apps(lambda installed: bad if installed.app == "bad" else good)
    errors = apps.follow({name: installed_app(tmp_path, app=name) for name in ("bad", "good")})
    assert errors == {"bad": "no such thing"}
    assert apps.running == {"good": good}
    apps.close()
    assert not good.running
