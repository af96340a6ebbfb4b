"""Runs once before the site starts: keys, and the carmaker's first administrator."""

import os

import django
from django.core.management import call_command


def main() -> None:
    """Give the site its keys and one administrator; from here on everything goes over HTTP."""
    django.setup()
    call_command("keys", "init")
    call_command("keys", "export-roots", os.environ["FORECOURT_ROOTS"])
    call_command("found_carmaker", "Meridian Motors", "ada@meridian.example", "Ada Lindqvist")


if __name__ == "__main__":
    main()
