"""The car's addresses for signing in and pairing."""

from django.urls import path

from forecourt.vehicles import api

urlpatterns = [
    path("vehicle/v1/challenge", api.ChallengeView.as_view()),
    path("vehicle/v1/session", api.SessionView.as_view()),
    path("vehicle/v1/pairing-code", api.PairingCodeView.as_view()),
    path("vehicle/v1/pairing", api.PairingView.as_view()),
]
