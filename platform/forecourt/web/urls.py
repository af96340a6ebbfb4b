"""Addresses of the pages."""

from django.urls import path

from forecourt.web.pages import public

urlpatterns = [
    path("", public.home, name="home"),
    path("problems/<slug:name>", public.problem_type, name="problem"),
]
