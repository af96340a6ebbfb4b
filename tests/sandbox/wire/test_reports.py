"""Vehicle reports: what is signed is what is read."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.wire import reports

KEY = Ed25519PrivateKey.from_private_bytes(b"v" * 32)
PUBLIC = KEY.public_key().public_bytes_raw().hex()


def report(**fields: Any) -> reports.Report:
    values: dict[str, Any] = {
        "vehicle": "car-2345672345",
        "serial": "HU-1",
        "counter": 1,
        "time": "2026-11-22T12:00:00Z",
    }
    return reports.Report(**values | {"director": 1} | fields)


def test_a_report_survives_the_journey() -> None:
    sent = report(refused=(reports.Refusal(path="a-1.0.0-r1.zip", reason="NotApproved: no"),))
    assert reports.verify(reports.sign(sent, KEY), PUBLIC) == sent


def test_a_session_signature_is_no_report() -> None:
    document = reports.sign(report(), KEY)
    document["signature"] = KEY.sign(b"forecourt-session:" + b"{}").hex()
    with pytest.raises(reports.ReportSignatureError):
        reports.verify(document, PUBLIC)


@pytest.mark.parametrize("fields", [{"counter": 0}, {"counter": 2**63}, {"format": 2}], ids=str)
def test_what_no_car_sends_is_refused(fields: dict[str, int]) -> None:
    with pytest.raises(reports.ReportError):
        report(**fields)


def test_more_apps_than_a_car_can_have_are_refused() -> None:
    refusal = reports.Refusal(path="a", reason="b")
    with pytest.raises(reports.ReportError, match="200"):
        report(refused=(refusal,) * 201)


@pytest.mark.parametrize("document", [None, [], {}, {"report": {}, "signature": "", "more": 1}], ids=str)
def test_another_shape_is_refused(document: object) -> None:
    with pytest.raises(reports.ReportError):
        reports.verify(document, PUBLIC)


def nested(levels: int) -> list[Any]:
    innermost: list[Any] = []
    for _ in range(levels):
        innermost = [innermost]
    return innermost


@pytest.mark.parametrize("body", [{"a": "\0"}, {"a": "\ud800"}, {"a": float("nan")}, nested(5000)], ids=lambda _: "")
def test_what_could_not_be_kept_is_refused_before_its_signature_is_looked_at(body: object) -> None:
    with pytest.raises(reports.ReportError, match=r"canonical|NUL"):
        reports.verify({"report": body, "signature": ""}, PUBLIC)
