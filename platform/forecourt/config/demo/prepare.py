"""Runs once before the site starts: schema, keys, and the carmaker's first administrator."""

import hashlib
import os
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from psycopg import sql

from forecourt.config import embedded


def main() -> None:
    """Give the site an empty database with the current schema, its keys, and one administrator."""
    django.setup()
    _fresh_database(os.environ["FORECOURT_CLUSTER"])
    call_command("keys", "init")
    call_command("keys", "export-roots", os.environ["FORECOURT_ROOTS"])
    call_command("found_carmaker", "Meridian Motors", "ada@meridian.example", "Ada Lindqvist")


def _fresh_database(cluster: str) -> None:
    """Copy the migrated template; the template is made anew when a migration changes."""
    name, template = str(settings.DATABASES["default"]["NAME"]), f"template_{_schema_digest()}"
    with psycopg.connect(cluster.format("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
    if not found:
        embedded.fresh_database(cluster, name)
        call_command("migrate", verbosity=0)
        django.db.connections.close_all()
        _copy(cluster, source=name, target=template)
    _copy(cluster, source=template, target=name)


def _copy(cluster: str, *, source: str, target: str) -> None:
    statement = "CREATE DATABASE {} TEMPLATE {}"
    with psycopg.connect(cluster.format("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
        connection.execute(sql.SQL(statement).format(sql.Identifier(target), sql.Identifier(source)))


def _schema_digest() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for folder in (settings.BASE_DIR / "platform", settings.BASE_DIR / "apps_registry"):
        for path in sorted(Path(folder).rglob("migrations/*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    main()
