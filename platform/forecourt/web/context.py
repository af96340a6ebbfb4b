"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The page's script nonce and whether this is the demo."""
    return {"csp_nonce": getattr(request, "csp_nonce", ""), "is_demo": settings.DEMO}
