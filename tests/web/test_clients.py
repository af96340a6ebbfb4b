"""Where a request comes from: only our own proxies are believed."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from forecourt.web import clients

FORGED = "6.6.6.6, 203.0.113.7, 10.0.0.2"


def seen(remote: str = "10.0.0.1", forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return clients.address(RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers))


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [(0, FORGED, "10.0.0.1"), (1, FORGED, "10.0.0.2"), (2, FORGED, "203.0.113.7"), (4, FORGED, "10.0.0.1")],
)
def test_a_client_cannot_choose_its_address(hops: int, forwarded: str, expected: str, settings: Settings) -> None:
    settings.PROXY_HOPS = hops
    assert seen(forwarded=forwarded) == expected


@pytest.mark.parametrize(
    ("remote", "expected"),
    [("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:203.0.113.7", "203.0.113.7"), ("", ""), ("unix", "")],
)
def test_a_network_that_one_person_owns_is_one_client(remote: str, expected: str) -> None:
    assert seen(remote) == expected
