"""Every address, collected from the packages."""

from django.urls import include, path

urlpatterns = [
    path("", include("forecourt.vehicles.urls")),
    path("", include("forecourt.consent.urls")),
    path("", include("forecourt.metering.urls")),
    path("", include("forecourt.streams.urls")),
    path("", include("forecourt.delivery.urls")),
    path("", include("forecourt.web.urls")),
]

handler404 = "forecourt.web.pages.public.not_found"
handler500 = "forecourt.web.pages.public.broken"
