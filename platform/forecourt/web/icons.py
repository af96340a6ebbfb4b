"""Serves apps' own icons: strangers' drawings, so nothing in them may load or run, even when opened as a page."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from apps_registry import icons

POLICY: Final = "default-src 'none'; sandbox"
FOREVER: Final = "public, max-age=31536000, immutable"  # the address names the content
BRIEFLY: Final = "public, max-age=300"
SHOWN: Final = 16  # digits of the hash that stand in an address


def answer(request: HttpRequest, sha256: str) -> HttpResponse:
    """The icon with this hash, kept for good by whoever asked for just this one; without a hash there is none."""
    if not sha256:
        raise Http404
    etag = f'"{sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or HttpResponse(icons.read(sha256), content_type="image/svg+xml")
    response["ETag"] = etag
    response["Cache-Control"] = FOREVER if request.GET.get("v") == sha256[:SHOWN] else BRIEFLY
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
