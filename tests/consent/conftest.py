"""A driver with two cars, an app with credentials, and the way through the consent page."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.consent.flow import Story, make_story
from tests.consent.listener import Listener


@pytest.fixture
def story(db: None, valkey: Redis) -> Story:
    """Everything up to the moment when the app sends the driver over; nothing is committed."""
    del db, valkey
    return make_story()


@pytest.fixture
def committed(transactional_db: None, valkey: Redis) -> Story:
    """The same with real commits, so that what follows a commit happens."""
    del transactional_db, valkey
    return make_story()


@pytest.fixture
def listener(valkey: Redis) -> Iterator[Listener]:
    """Hears what is announced about consent."""
    with Listener(valkey) as ears:
        yield ears
