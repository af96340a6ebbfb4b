"""A driver with two cars, an app with credentials, and the way through the consent page."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from redis import Redis

from tests.consent.flow import Story, make_story


@pytest.fixture
def story(request: pytest.FixtureRequest) -> Story:
    """Everything up to the moment when the app sends the driver over."""
    for name in ("db", "valkey"):
        request.getfixturevalue(name)
    return make_story()


@pytest.fixture
def listener() -> Iterator[Redis]:
    """A second client, to hear what is published."""
    client = Redis.from_url(settings.REDIS_URL)
    yield client
    client.close()
