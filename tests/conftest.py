"""What every test may use."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from redis import Redis

# A busy machine is slow, not wrong; the same examples every time keep the suite's answer the same.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=40)
hypothesis.settings.load_profile("house")


@pytest.fixture
def valkey() -> Iterator["Redis"]:
    """The run's Valkey, emptied before the test."""
    client = Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.close()
