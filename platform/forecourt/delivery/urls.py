"""Addresses of this package."""

from django.urls import URLPattern, URLResolver, path, re_path

from forecourt.delivery import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("image/metadata/<str:name>", api.ImageMetadataView.as_view()),
    re_path(r"^image/targets/(?P<sha256>[0-9a-f]{64})\.(?P<path>[A-Za-z0-9.+-]{1,120})$", api.BundleView.as_view()),
    path("director/<str:public_id>/metadata/<str:name>", api.DirectorView.as_view()),
    path("vehicle/v1/poll", api.PollView.as_view()),
    path("vehicle/v1/report", api.ReportView.as_view()),
    path("v1/deliveries", api.DeliveriesView.as_view()),
]
