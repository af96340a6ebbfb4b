"""Sets up the carmaker and its first administrator."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from typing_extensions import override

from forecourt.accounts import services
from forecourt.accounts.errors import AccountsError


class Command(BaseCommand):
    """`found_carmaker NAME EMAIL PERSON`; the password comes from FORECOURT_PASSWORD, never from an argument."""

    help = "Set up the carmaker and its first administrator; the password is read from FORECOURT_PASSWORD."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the carmaker's name")
        parser.add_argument("email", help="the administrator's e-mail address")
        parser.add_argument("person", help="the administrator's name")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            owner = services.sign_up(
                email=options["email"], name=options["person"], password=os.environ.get("FORECOURT_PASSWORD", "")
            )
            services.found_carmaker(name=options["name"], owner=owner, now=timezone.now())
        except AccountsError as error:
            raise CommandError(f"{str(error) or error.__doc__} {error.resolution}") from error
