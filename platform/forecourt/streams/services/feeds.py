"""Prices from data partners."""

import re
from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction

from forecourt.accounts.models import Organisation
from forecourt.consent.published import TokenFacts
from forecourt.streams import jobs
from forecourt.streams.errors import BadRequestError, FeedNotYoursError, NotGrantedError
from forecourt.streams.models import Feed, PriceSlot
from forecourt.streams.selectors import FORECAST
from sandbox.wire import prices, scopes
from sandbox.wire.prices import Slot

#: A day-ahead bidding zone, written as factory records write it.
AREA: Final = re.compile(r"[A-Z0-9]{2,10}")


class Origin(NamedTuple):
    """Where prices come from: `recorded` or `simulated`, and in words."""

    source: str
    label: str


def provider(facts: TokenFacts) -> Organisation:
    """The admitted data partner that this token lets provide prices.

    Raises:
        NotGrantedError: the token is no partner's, or lacks the scope.
    """
    may = [scope for scope in scopes.parse_many(facts.scope) if scope.action == "provide"]
    organisation = Organisation.objects.filter(
        slug=facts.organisation, kind=Organisation.Kind.DATA_PARTNER, status=Organisation.Status.ADMITTED
    ).first()
    if organisation is None or not any(scopes.matches(scope.pattern, FORECAST) for scope in may):
        raise NotGrantedError("Only an admitted data partner with the scope provide:Energy.Price provides prices.")
    return organisation


@transaction.atomic
def put_prices(*, area: str, by: Organisation, origin: Origin, slots: tuple[Slot, ...], now: datetime) -> int:
    """Replace the prices of the days that `slots` cover, and send them to who is subscribed.

    Raises:
        BadRequestError: no area is written like this.
        PriceError: slots overlap, are missing or have another length; nothing is changed.
        FeedNotYoursError: another partner provides this area.
    """
    if not AREA.fullmatch(area):
        raise BadRequestError(f"{area[:40]!r} is not a price area like DK1.")
    prices.check_day(slots)
    values = {"organisation": by, "source": origin.source, "label": origin.label, "updated_at": now}
    feed, is_new = Feed.objects.select_for_update().get_or_create(area=area, defaults=values)
    if feed.organisation_id != by.pk:
        raise FeedNotYoursError(f"The prices of {area} come from another partner.")
    if not is_new:
        Feed.objects.filter(pk=feed.pk).update(**values)
    feed.slots.filter(end__gt=slots[0].start, start__lt=slots[-1].end).delete()
    PriceSlot.objects.bulk_create(
        PriceSlot(feed=feed, start=slot.start, end=slot.end, eur_per_mwh=slot.eur_per_mwh) for slot in slots
    )
    transaction.on_commit(lambda: jobs.publish_prices(area=area, now=now))
    return len(slots)
