"""Settings, urls, processes: the one place that knows everything."""

from forecourt.config.celery import app as celery_app

__all__ = ["celery_app"]
