"""Words of the consent page beside those of the registry's sentences. Pure."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PRECISION_LABELS: Final[Mapping[str, str | Promise]] = {
    "exact": _("Exact"),
    "100m": _("To about 100 metres"),
    "1km": _("To about 1 kilometre"),
    "city": _("Only the city"),
}
EXPIRY_LABELS: Final[Mapping[str, str | Promise]] = {
    "1d": _("For one day"),
    "30d": _("For 30 days"),
    "until-revoked": _("Until I take it back"),
}


def is_location(path: str) -> bool:
    """Whether a signal says where the car is or was."""
    return any(segment in {"CurrentLocation", "Location"} for segment in path.split("."))
