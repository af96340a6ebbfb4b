"""Input files for the simulator's tests: small ones made here, and the recordings where they are to be had."""

import os
from pathlib import Path

import pytest

HEADER = "Date,Time,Soc,Speed,Mode,LAT,LON,ALT,GpsSpeed,Temperature,Humidity,Weather,WindSpeedAv,Traffic,SpeedLimit"
ROW = "03/29/2021,11:13:45,87.5,12.5,D,33.98,-6.72,140.0,0,20.0,60,Clouds,2.4,0,40"
_BESIDE = Path(__file__).resolve().parents[3].parent / "shared" / "data"
DATA = Path(os.environ.get("FORECOURT_DATA", _BESIDE))
DRIVE = DATA / "twizy_T1_2021-03-29_1hz.csv"
PRICES = DATA / "dk_dayahead_15min.csv"

with_drive = pytest.mark.skipif(not DRIVE.exists(), reason="the recorded drive is not here; set FORECOURT_DATA")
with_prices = pytest.mark.skipif(not PRICES.exists(), reason="the recorded prices are not here; set FORECOURT_DATA")


def row(**cells: str) -> str:
    """A row of a drive with other cells than usual."""
    usual = dict(zip(HEADER.split(","), ROW.split(","), strict=True))
    return ",".join({**usual, **cells}.values())


def drive_file(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """A recorded drive of these rows."""
    path = folder / "drive.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def price_file(folder: Path, *rows: str, header: str = "area,start_utc,end_utc,eur_per_mwh") -> Path:
    """A price series of these rows."""
    path = folder / "prices.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path
