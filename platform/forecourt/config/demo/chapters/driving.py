"""The cars drive, park and charge overnight; the app reads what it may and starts and stops charging."""

from decimal import Decimal

import httpx

from forecourt.config.demo import people
from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.stage import Stage


def drive(stage: Stage) -> None:
    """The cars replay the drive and stream their signals; the app's stream is open before they start."""
    cloud = stage.notes["cloud"]
    for vehicle in stage.vehicles:
        cloud.wait("subscribed", seconds=20, where=lambda event, vehicle=vehicle: event["vehicle"] == vehicle)
    for car in stage.cars:
        car.order(do="drive")
    for car in stage.cars:
        car.wait("arrived", seconds=120)
    cloud.wait("denied", seconds=20)


def charge(stage: Stage) -> None:
    """Plugged in overnight, the app charges in the cheapest quarters of an hour."""
    for car in stage.cars:
        car.order(do="plug-in", hours=13)
    sessions = [car.wait("session-over", seconds=180) for car in stage.cars]
    result = stage.result
    result.energy_kwh = float(sum(Decimal(str(session["energy_kwh"])) for session in sessions))
    result.cost_smart_eur = float(sum(Decimal(str(session["cost_smart_eur"])) for session in sessions))
    result.cost_plugged_in_eur = float(sum(Decimal(str(session["cost_plugged_in_eur"])) for session in sessions))
    result.commands_verified = len(
        {event["id"] for event in stage.notes["cloud"].all("command") if event["state"] == "verified"}
    )


def look(stage: Stage) -> None:
    """The card is on the head unit, on the driver's phone and on the desk."""
    vehicle = stage.vehicles[-1]
    pages = {
        "dash": httpx.get(f"http://127.0.0.1:{stage.options.dash_ports[-1]}/state.json", timeout=10).text,
        "phone": stage.driver.open(f"/cars/{vehicle}/").text,
        "desk": stage.driver.open(f"/cars/{vehicle}/desk/").text,
    }
    card = stage.cars[-1].all("card")[-1]["card"]
    stage.result.surfaces = [surface for surface, page in pages.items() if card["rows"][0]["label"] in page]
    if len(stage.result.surfaces) < len(pages):
        raise StoryError(f"The card is only on {stage.result.surfaces}.")


def count(stage: Stage) -> None:
    """What was sent, delivered and refused, as the platform metered it."""
    totals = stage.person(people.ADMINISTRATOR).open("/v1/usage", headers={"Accept": "application/json"}).json()
    result = stage.result
    result.frames, result.data_points = totals["frames"], totals["data_points"]
    result.delivered_to_app, result.denied = totals["delivered"], totals["denied"]
