"""The command that sets up the carmaker."""

import pytest
from django.core.management import CommandError, call_command

from forecourt.accounts import roles
from forecourt.accounts.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
WHO = ("Meridian Motors", "ada@meridian.example", "Ada Lindqvist")


def test_the_first_administrator_owns_the_carmaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORECOURT_PASSWORD", PASSWORD)
    call_command("found_carmaker", *WHO)
    assert roles.carmaker_role(User.objects.get(email="ada@meridian.example")) == "owner"


def test_without_a_password_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORECOURT_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="too short"):
        call_command("found_carmaker", *WHO)
    assert not User.objects.exists()
