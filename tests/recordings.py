"""Recordings that stand beside the checkout, or where FORECOURT_DATA says; tests that need one skip without it."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
DATA = Path(os.environ.get("FORECOURT_DATA", _BESIDE))
DRIVE = DATA / "twizy_T1_2021-03-29_1hz.csv"
PRICES = DATA / "dk_dayahead_15min.csv"
VSS = DATA / "vss_release_6.0.json"

with_drive = pytest.mark.skipif(not DRIVE.exists(), reason="the recorded drive is not here; set FORECOURT_DATA")
with_prices = pytest.mark.skipif(not PRICES.exists(), reason="the recorded prices are not here; set FORECOURT_DATA")
with_vss = pytest.mark.skipif(not VSS.exists(), reason="the signal tree is not here; set FORECOURT_DATA")
