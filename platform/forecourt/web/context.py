"""What every template may use."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from forecourt.web import navigation

THEMES: Final = frozenset({"light", "dark"})


def site(request: HttpRequest) -> dict[str, Any]:
    """The page's script nonce, the header's links, the chosen theme and whether this is the demo."""
    theme = request.COOKIES.get("theme", "")
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "is_demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
        "navigation": SimpleLazyObject(lambda: navigation.entries(request.user)),
    }
