"""What a session lets an app do, without any WebAssembly."""

import pytest

from sandbox.runtime.messages import Granted
from sandbox.runtime.state import QUOTAS, DeniedError, Session

SPEED, LOCK = "Vehicle.Speed", "Vehicle.Cabin.Lock"


@pytest.fixture
def session() -> Session:
    session = Session(Granted(frozenset({SPEED}), frozenset({LOCK})), signals={SPEED: 50})
    session.begin()
    return session


def test_number_is_read_as_a_number(session: Session) -> None:
    assert session.read_number(SPEED) == 50.0


def test_any_value_is_read_as_json(session: Session) -> None:
    session.signals[SPEED] = "fast"
    assert session.read_json(SPEED) == '"fast"'


@pytest.mark.parametrize("value", [True, "fast", None])
def test_what_is_no_number_is_not_read_as_one(session: Session, value: object) -> None:
    session.signals[SPEED] = value
    with pytest.raises(DeniedError, match="invalid"):
        session.read_number(SPEED)


def test_granted_signal_that_the_car_does_not_give_is_unavailable(session: Session) -> None:
    session.signals.clear()
    with pytest.raises(DeniedError, match="unavailable"):
        session.read(SPEED)


def test_granted_actuation_is_passed_on(session: Session) -> None:
    session.actuate(LOCK, "true")
    assert session.actuations == [(LOCK, "true")]


def test_signal_that_may_be_read_may_not_be_set(session: Session) -> None:
    with pytest.raises(DeniedError, match="denied"):
        session.actuate(SPEED, "0")
    assert session.denied == {SPEED: 1}


def test_actuation_that_is_no_json_is_refused(session: Session) -> None:
    with pytest.raises(DeniedError, match="invalid"):
        session.actuate(LOCK, "tru")


@pytest.mark.parametrize(
    ("quota", "spend"),
    [("call", lambda s: s.read(SPEED)), ("show", lambda s: s.show("{}")), ("log", lambda s: s.log(1, "x"))],
    ids=["calls", "cards", "log lines"],
)
def test_quota_ends_an_event_and_the_next_one_fills_it(session: Session, quota: str, spend: object) -> None:
    assert callable(spend)
    for _ in range(QUOTAS[quota]):
        spend(session)
    with pytest.raises(DeniedError, match="quota"):
        spend(session)
    session.begin()
    spend(session)


def test_flood_of_different_refusals_is_not_remembered_one_by_one(session: Session) -> None:
    for number in range(500):
        with pytest.raises(DeniedError):
            session.read(f"Vehicle.No{number}")
    assert len(session.denied) <= 101
    assert session.denied.total() == 500


def test_long_log_lines_are_cut(session: Session) -> None:
    session.log(1, "x" * 9999)
    assert len(session.logs[0][1]) == 500
