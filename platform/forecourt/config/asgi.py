"""The ASGI application: the data plane first, Django behind it."""

import os
from typing import cast

from django.core.asgi import get_asgi_application
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.config.settings")
_django = get_asgi_application()

from forecourt.config.bodies import Bounded  # noqa: E402 - the settings must be known
from forecourt.consent import selectors  # noqa: E402 - rows can be imported once Django is set up
from forecourt.consent.published import TokenFacts  # noqa: E402 - as above
from forecourt.streams import edge  # noqa: E402 - as above
from forecourt.streams.edge.exchange import AsgiApp  # noqa: E402 - as above


def _token_facts(token: str) -> TokenFacts | None:
    """Look a token up in SQL; the thread that asks belongs to no request, so it tidies up after itself."""
    try:
        return selectors.token_facts(token)
    finally:
        close_old_connections()


application = edge.application(token_source=_token_facts, fallback=Bounded(cast("AsgiApp", _django)))
