"""The site's settings over real services of this test run; xdist's workers share one cluster."""

import os
import tempfile
from pathlib import Path

import psycopg

from forecourt.config import embedded

_root = Path(__file__).resolve().parents[1]
_run = Path(tempfile.mkdtemp(prefix="forecourt-test-"))
(_root / ".local" / "test").mkdir(parents=True, exist_ok=True)
_valkey = embedded.start_valkey()
os.environ["FORECOURT_LOCAL"] = str(_run)
_cluster = embedded.start_postgres(_root / ".local" / "test" / "postgres")
with psycopg.connect(_cluster.format("postgres"), autocommit=True) as _connection:  # nothing here must survive a crash
    _connection.execute("ALTER SYSTEM SET fsync = off")
    _connection.execute("ALTER SYSTEM SET synchronous_commit = off")
    _connection.execute("SELECT pg_reload_conf()")
(_root / ".local" / "cache").mkdir(exist_ok=True)
os.environ["FORECOURT_CACHE"] = str(_root / ".local" / "cache")  # what was built and compiled outlives a run
_template = embedded.migrated_template(_cluster)
os.environ["DATABASE_URL"] = _cluster.format(f"forecourt_{os.getpid()}")
os.environ["REDIS_URL"] = f"redis://127.0.0.1:{_valkey.port}/0"
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_run / "hypothesis"))

from forecourt.config.settings import *  # noqa: E402,F403 - the services must run first

DATABASES["default"]["TEST"] = {"TEMPLATE": _template}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_EAGER_PROPAGATES = True
