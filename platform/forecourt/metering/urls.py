"""Addresses of this package."""

from django.urls import URLPattern, URLResolver, path

from forecourt.metering import api

urlpatterns: list[URLPattern | URLResolver] = [path("v1/usage", api.UsageView.as_view())]
