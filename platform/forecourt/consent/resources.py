"""Resource indicators (RFC 8707): every chosen car is named in the token by its address."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings


def vehicle_url(public_id: str) -> str:
    """The address that names a car in tokens."""
    return f"{settings.SITE_URL}/v1/vehicles/{public_id}"


def vehicle_resource(request_uri: str, audiences: Iterable[str]) -> bool:
    """Whether a token for `audiences` may be used at `request_uri`; a token for nothing may be used nowhere."""
    return any(_is_within(request_uri, audience) for audience in audiences)


def _is_within(uri: str, audience: str) -> bool:
    asked, allowed = urlsplit(uri), urlsplit(audience)
    if (asked.scheme, asked.netloc) != (allowed.scheme, allowed.netloc) or ".." in asked.path.split("/"):
        return False
    return f"{asked.path}/".startswith(f"{allowed.path.rstrip('/')}/")
