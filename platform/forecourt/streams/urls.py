"""Addresses of this package outside the data plane."""

from django.urls import URLPattern, URLResolver, path

from forecourt.streams.api import commands, feeds, vehicles

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/vehicles", vehicles.VehiclesView.as_view()),
    path("v1/vehicles/<slug:public_id>/commands", commands.CommandsView.as_view()),
    path("v1/vehicles/<slug:public_id>/commands/<uuid:command_id>", commands.CommandView.as_view()),
    path("v1/feeds/<slug:area>/prices", feeds.PricesView.as_view()),
    path("vehicle/v1/feeds", feeds.VehicleFeedsView.as_view()),
    path("vehicle/v1/commands", commands.VehicleCommandsView.as_view()),
    path("vehicle/v1/commands/<uuid:command_id>/acknowledge", commands.AcknowledgementView.as_view()),
]
