"""The driver pairs the cars, installs the app and consents; the cars fetch, verify and install it."""

import json
from typing import Any

from forecourt.config.demo import people
from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.forms import Fields
from forecourt.config.demo.stage import APP, AREA, Stage

CARS = (
    {"serial": "HU-0001", "vin": "WMRUN0AA2T0000001", "profile": "compact", "nickname": "Blue Uno"},
    {"serial": "HU-0002", "vin": "WMRVN0AA9T0000002", "profile": "van", "nickname": "Work van"},
)


def start_cars(stage: Stage) -> None:
    """Head units come to life in the factory, and write down who they are."""
    for number, car in enumerate(CARS[: stage.options.cars]):
        argv = ["-m", "sandbox.vehicle", "--platform", stage.site.url, "--roots", str(stage.site.roots)]
        argv += [
            "--home",
            str(stage.site.local / "cars" / car["serial"]),
            "--serial",
            car["serial"],
            "--vin",
            car["vin"],
        ]
        argv += ["--profile", car["profile"], "--drive", str(stage.options.drive or "simulated"), "--area", AREA]
        argv += ["--dash-port", str(stage.options.dash_ports[number]), "--speed", str(stage.options.speed)]
        argv += [
            "--night-speed",
            str(stage.options.night_speed),
            "--starts-at",
            f"{stage.evening.departure:%Y-%m-%dT%H:%M:%SZ}",
        ]
        argv += ["--cache", str(stage.site.cache / "code")]
        stage.cars.append(stage.talk(f"car-{number + 1}", argv))


def enrol_cars(stage: Stage) -> None:
    """The carmaker's administrator enrols the cars from their factory records."""
    records = [
        {key: value for key, value in car.wait("record", seconds=20).items() if key != "event"} for car in stage.cars
    ]
    lines = "\n".join(json.dumps(record) for record in records)
    administrator = stage.person(people.ADMINISTRATOR)
    files = {"records": ("factory.jsonl", lines.encode(), "application/x-ndjson")}
    administrator.send("/carmaker/vehicles/enrol/", {}, form="/carmaker/vehicles/", files=files)
    stage.result.vehicles = len(records)
    stage.result.drive_source = str(records[0]["data_source"])


def pair(stage: Stage) -> None:
    """The driver types the code of each head unit in the portal."""
    for number, car in enumerate(stage.cars):
        car.order(do="pair")
        code = car.wait("pairing-code", seconds=20)["code"]
        stage.driver.send("/cars/pair/", {"code": code, "nickname": CARS[number]["nickname"]})
    stage.vehicles = [car.wait("signed-in", seconds=20)["vehicle"] for car in stage.cars]


def start_cloud(stage: Stage) -> None:
    """The developer starts the app's cloud half with its credentials."""
    credentials = stage.notes["credentials"]
    argv = ["-m", "sandbox.samples.smart_charging.cloud", "--platform", stage.site.url]
    argv += ["--port", str(stage.options.cloud_port), "--client-id", credentials["client_id"]]
    stage.notes["cloud"] = stage.talk("cloud", argv, CLIENT_SECRET=credentials["client_secret"])
    stage.notes["cloud"].wait("listening", seconds=20)


def consent(stage: Stage) -> None:
    """The driver opens the store, installs, and ticks both cars and every item but the location."""
    driver = stage.driver
    driver.open("/store/")
    page = driver.send(f"/store/{APP}/install/", {}, form=f"/store/{APP}/")
    form = Fields(page.text)
    answers: dict[str, Any] = {
        "request": form.one("request"),
        "vehicle": stage.vehicles,
        "item": form.optional("item", without="CurrentLocation"),
        "expiry": "30d",
        "decision": "allow",
    }
    if not answers["request"]:
        raise StoryError(f"{page.url} is not the consent page.")
    driver.answer(page, answers, url="/o/authorize/")


def install(stage: Stage) -> None:
    """The cars are woken, verify, install and report; only reports count."""
    for car in stage.cars:
        car.wait("installed", seconds=90)
    administrator = stage.person(people.ADMINISTRATOR)

    def installed() -> int:
        rows = administrator.open("/v1/deliveries", params={"app": APP, "version": "1.0.0"}).json()
        return sum(row["state"] == "installed" for row in rows)

    stage.until(lambda: installed() == stage.result.vehicles, "Installation on every car", seconds=30)
    stage.result.installed = installed()
