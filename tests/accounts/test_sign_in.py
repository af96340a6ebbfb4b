"""Signing in: ten wrong passwords in five minutes, and nothing to learn about who has an account."""

from typing import ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from pytest_django import Settings
from redis import Redis
from typing_extensions import override

from forecourt.accounts import services
from forecourt.accounts.errors import TooManySignInsError, WrongSignInError
from forecourt.accounts.models import User
from tests import factories
from tests.factories import PASSWORD

HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
WRONG = "not the password"


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    worked: ClassVar[list[str]] = []

    @override
    def encode(self, password: str, salt: str) -> str:
        self.worked.append(password)
        return super().encode(password, salt)


@pytest.fixture
def ida(db: None, valkey: Redis) -> User:
    """Somebody with PASSWORD, and no tries so far."""
    del db, valkey
    return factories.user(email="ida@example.org")


def sign_in(email: str = "ida@example.org", password: str = PASSWORD, client: str = HOME) -> User:
    return services.sign_in(email=email, password=password, client=client)


def fail(times: int, email: str = "ida@example.org", client: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises(WrongSignInError):
            sign_in(email, WRONG, client)


def test_the_right_password_is_let_in_after_nine_wrong_ones(ida: User) -> None:
    fail(9)
    assert sign_in(" Ida@Example.org ") == ida


def test_after_ten_wrong_ones_even_the_right_password_waits(ida: User) -> None:
    fail(10, client=ELSEWHERE)
    with pytest.raises(TooManySignInsError):
        sign_in(ida.email)


def test_one_client_cannot_try_one_password_on_everybody(ida: User) -> None:
    for number in range(10):
        fail(1, email=f"person{number}@example.org")
    with pytest.raises(TooManySignInsError):
        sign_in(ida.email)
    assert sign_in(client=ELSEWHERE) == ida


def test_good_tries_are_not_counted(ida: User) -> None:
    assert {sign_in() for _ in range(12)} == {ida}


def test_a_good_try_forgives_only_itself(ida: User) -> None:
    fail(9)
    assert sign_in() == ida
    fail(1)
    with pytest.raises(TooManySignInsError):
        sign_in()


def test_the_wait_ends_with_its_window(ida: User, valkey: Redis) -> None:
    fail(11 - 1)
    keys = list(valkey.scan_iter("*attempts:sign-in*"))
    assert len(keys) == 2
    assert all(0 < int(valkey.ttl(key)) <= services.SIGN_IN_SECONDS for key in keys)
    valkey.delete(*keys)
    assert sign_in() == ida


def test_no_address_of_a_person_is_kept_in_the_counters(ida: User, valkey: Redis) -> None:
    fail(1, email=ida.email)
    assert not list(valkey.scan_iter("*ida*"))


@pytest.mark.usefixtures("ida")
def test_an_unknown_address_meets_the_same_limit() -> None:
    fail(10, email="nobody@example.org", client=ELSEWHERE)
    with pytest.raises(TooManySignInsError):
        sign_in("nobody@example.org")


@pytest.mark.parametrize("email", ["ida@example.org", "nobody@example.org", "gone@example.org"])
def test_every_failure_costs_the_same_work(ida: User, settings: Settings, email: str) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    ida.set_password(PASSWORD)
    ida.save()
    factories.user(email="gone@example.org", is_active=False)
    CountingHasher.worked.clear()
    fail(1, email=email)
    assert CountingHasher.worked == [WRONG]


def test_somebody_who_was_locked_out_is_told_no_more_than_others(ida: User) -> None:
    ida.is_active = False
    ida.save()
    with pytest.raises(WrongSignInError):
        sign_in()
