"""The whole car as a process: told on standard input, telling on standard output."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.vehicle import __main__ as program
from sandbox.vehicle import paths
from tests.sandbox.vehicle.fake_platform import FakePlatform
from tests.sandbox.vehicle.inputs import ROW, drive_file, row

VIN = "WMRUN0AA2T0000001"


def arguments(platform: FakePlatform, home: Path, *more: str) -> list[str]:
    (home / "roots").mkdir(parents=True, exist_ok=True)
    fixed = ["--home", str(home), "--roots", str(home / "roots"), "--serial", "HU-0001", "--vin", VIN]
    return ["--platform", platform.url, *fixed, "--starts-at", "2026-01-05T15:00:00Z", "--speed", "20000", *more]


@contextmanager
def running(argv: list[str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sandbox.vehicle", *argv]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as car:
        try:
            yield car
        finally:
            car.kill()


def heard(car: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """The next report of that kind."""
    assert car.stdout is not None
    for line in car.stdout:
        said: dict[str, Any] = json.loads(line)
        if said["event"] == event:
            return said
    raise AssertionError(f"the car ended without saying {event}")


def tell(car: subprocess.Popen[str], **order: Any) -> None:
    assert car.stdin is not None
    car.stdin.write(json.dumps(order) + "\n")
    car.stdin.flush()


@pytest.mark.slow
def test_a_car_is_born_pairs_drives_charges_and_quits(platform: FakePlatform, tmp_path: Path) -> None:
    platform.collect = [paths.SPEED, paths.CHARGE, paths.CHARGING]
    with running(arguments(platform, tmp_path)) as car:
        record = heard(car, "record")
        assert (record["vin"], record["head_unit_serial"], record["data_source"]) == (VIN, "HU-0001", "simulated")
        assert heard(car, "signed-in")["vehicle"] == "veh1"
        tell(car, do="pair")
        assert heard(car, "pairing-code")["code"] == "K7M2-9QXD"
        platform.paired = True
        heard(car, "paired")
        tell(car, do="fly")
        assert "fly" in heard(car, "refused-order")["text"]
        tell(car, do="drive")
        heard(car, "arrived")
        tell(car, do="plug-in", hours=8)
        assert float(heard(car, "session-over")["energy_kwh"]) > 0
        tell(car, do="quit")
        assert car.wait(timeout=10) == 0
    assert platform.points(paths.CHARGE)[-1]["value"] == 100.0


@pytest.mark.slow
def test_a_car_ends_when_nobody_talks_to_it_any_more(platform: FakePlatform, tmp_path: Path) -> None:
    with running(arguments(platform, tmp_path)) as car:
        heard(car, "signed-in")
        assert car.stdin is not None
        car.stdin.close()
        assert car.wait(timeout=10) == 0


def test_an_unreadable_drive_is_named_by_its_line(
    platform: FakePlatform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drive = drive_file(tmp_path, ROW, row(Time="11:13:46", Speed="fast"))
    assert program.main(arguments(platform, tmp_path, "--drive", str(drive))) == 1
    said = capsys.readouterr()
    assert "drive.csv, line 3: Speed is 'fast', not a number" in said.err


REFUSED = {
    "a VIN that fails its check": ["--vin", "WMRUN0AA3T0000001"],
    "a start in the future": ["--starts-at", "2999-01-01T00:00:00Z"],
    "a start without a zone": ["--starts-at", "2026-01-05T15:00:00"],
    "an unknown profile": ["--profile", "lorry"],
    "an unknown zone": ["--timezone", "Nowhere/At_All"],
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
def test_wrong_arguments_are_refused_before_anything_is_made(
    platform: FakePlatform, tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        program.main(arguments(platform, tmp_path, *wrong))
    assert wrong[0] in capsys.readouterr().err
    assert not (tmp_path / "identity").exists()
