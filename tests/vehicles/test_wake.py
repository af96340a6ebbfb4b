"""A nudge reaches whoever listens on the car's channel."""

import json

from redis import Redis

from forecourt.vehicles import wake


def test_a_nudge_names_its_reason(valkey: Redis) -> None:
    listener = valkey.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    listener.subscribe("wake:{car-abc}")
    listener.get_message(timeout=1)
    wake.wake("car-abc", "desired-state")
    message = listener.get_message(timeout=2)
    assert message is not None
    assert json.loads(message["data"]) == {"reason": "desired-state"}
    listener.close()
