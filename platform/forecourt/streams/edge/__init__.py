"""The data plane: plain ASGI callables in front of Django."""

from django.conf import settings

from forecourt.streams.edge.app import Application
from forecourt.streams.edge.exchange import AsgiApp
from forecourt.streams.edge.tokens import TokenSource

__all__ = ["application"]


def application(*, token_source: TokenSource, fallback: AsgiApp) -> Application:
    """The data plane over the settings' Valkey, with `fallback` behind it."""
    return Application(redis_url=settings.REDIS_URL, token_source=token_source, fallback=fallback)
