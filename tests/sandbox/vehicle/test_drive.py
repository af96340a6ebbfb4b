"""Recorded and simulated drives."""

from pathlib import Path

import pytest

from sandbox.vehicle import drive
from sandbox.vehicle.errors import DriveFileError
from tests.recordings import DRIVE, with_drive
from tests.sandbox.vehicle.inputs import HEADER, ROW, drive_file, row

NEXT = row(Time="11:13:46")
FLAWS = {
    "a missing column": ([ROW, NEXT], HEADER.replace("Soc", "Charge"), 1, "Soc"),
    "no rows": ([], HEADER, 1, "two rows"),
    "one row": ([ROW], HEADER, 1, "two rows"),
    "too few cells": ([ROW, "03/29/2021,11:13:46,87"], HEADER, 3, "cells"),
    "too many cells": ([ROW, NEXT + ",1"], HEADER, 3, "cells"),
    "a charge above 100": ([row(Soc="100.5"), NEXT], HEADER, 2, "Soc"),
    "a speed that is not a number": ([ROW, row(Time="11:13:46", Speed="fast")], HEADER, 3, "Speed"),
    "a NaN": ([row(Speed="nan"), NEXT], HEADER, 2, "Speed"),
    "a place off the globe": ([row(LAT="91"), NEXT], HEADER, 2, "LAT"),
    "an unknown mode": ([row(Mode="P"), NEXT], HEADER, 2, "Mode"),
    "no time of day": ([row(Time="noon"), NEXT], HEADER, 2, "time of day"),
    "time running backwards": ([NEXT, ROW], HEADER, 3, "not after"),
    "the same second twice": ([ROW, ROW], HEADER, 3, "not after"),
    "no possible date at all": ([row(Date="90/02/2032"), row(Date="x", Time="11:13:46")], HEADER, 2, "date"),
}


@pytest.mark.parametrize(("rows", "header", "line", "words"), FLAWS.values(), ids=FLAWS)
def test_a_flawed_file_is_refused_with_its_line(
    tmp_path: Path, rows: list[str], header: str, line: int, words: str
) -> None:
    with pytest.raises(DriveFileError, match=words) as refused:
        drive.recorded(drive_file(tmp_path, *rows, header=header))
    assert refused.value.line == line
    assert f"line {line}" in str(refused.value)
    assert refused.value.resolution


def test_a_missing_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(DriveFileError, match="No such file"):
        drive.recorded(tmp_path / "none.csv")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "drive.csv"
    path.write_bytes(HEADER.encode() + b"\n\xff\xfe\n")
    with pytest.raises(DriveFileError, match="UTF-8"):
        drive.recorded(path)


def test_impossible_dates_are_mended_from_their_neighbours(tmp_path: Path) -> None:
    rows = [ROW, row(Date="90/02/2032", Time="11:13:46"), row(Time="11:13:47")]
    found = drive.recorded(drive_file(tmp_path, *rows))
    assert [one.second for one in found.rows] == [0, 1, 2]
    assert found.repaired == 1


def test_an_impossible_date_past_midnight_is_the_next_day(tmp_path: Path) -> None:
    rows = [row(Time="23:59:59"), row(Date="90/02/2032", Time="00:00:00"), row(Date="03/30/2021", Time="00:00:01")]
    assert drive.recorded(drive_file(tmp_path, *rows)).seconds == 2


def test_an_impossible_first_date_is_that_of_the_first_good_line(tmp_path: Path) -> None:
    rows = [row(Date="90/02/2032"), NEXT]
    assert drive.recorded(drive_file(tmp_path, *rows)).seconds == 1


@with_drive
def test_the_recorded_drive_is_read_whole_with_ten_dates_mended() -> None:
    found = drive.recorded(DRIVE)
    assert (len(found.rows), found.seconds, found.repaired, found.source) == (6189, 6188, 10, "recorded")
    assert (found.rows[0].percent, found.rows[-1].percent) == (87.54, 15.0)
    assert max(one.speed for one in found.rows) == 64.93
    assert {one.gear for one in found.rows} == {-1, 0, 1}


def test_the_simulated_drive_begins_and_ends_standing_and_is_always_the_same() -> None:
    found = drive.load("simulated")
    assert found == drive.simulated()
    assert found.source == "simulated"
    assert found.rows[0].speed == found.rows[-1].speed == 0
    assert found.rows[0].percent > found.rows[-1].percent > 0
    assert 40 < max(one.speed for one in found.rows) < 80


def test_a_choice_that_is_a_path_is_read_as_a_recording(tmp_path: Path) -> None:
    assert drive.load(str(drive_file(tmp_path, ROW, NEXT))).source == "recorded"
