"""Where a request comes from, as far as it can be believed."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest

HOME: Final = 64  # bits of an IPv6 address that name somebody's network; the rest they choose freely


def address(request: HttpRequest) -> str:
    """The client's address, or its IPv6 network; empty if it has none.

    Behind `PROXY_HOPS` proxies of ours it is what the outermost of them saw; earlier entries anybody can write.
    """
    hops: int = settings.PROXY_HOPS
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    believed = seen[-hops] if 0 < hops <= len(seen) else request.META.get("REMOTE_ADDR", "")
    return _network(believed.strip())


def _network(text: str) -> str:
    try:
        parsed = ip_address(text)
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed, HOME), strict=False))
