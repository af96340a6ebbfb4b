"""Small input files for the simulator's tests."""

from pathlib import Path

HEADER = "Date,Time,Soc,Speed,Mode,LAT,LON,ALT,GpsSpeed,Temperature,Humidity,Weather,WindSpeedAv,Traffic,SpeedLimit"
ROW = "03/29/2021,11:13:45,87.5,12.5,D,33.98,-6.72,140.0,0,20.0,60,Clouds,2.4,0,40"


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
