"""What every test may use."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from redis import Redis


@pytest.fixture
def valkey() -> Iterator["Redis"]:
    """The run's Valkey, emptied before the test."""
    client = Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.close()
