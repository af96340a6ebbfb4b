"""Invariants that the database itself keeps."""

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from apps_registry.models import TrailEvent


@pytest.mark.django_db
def test_the_trail_refuses_to_be_changed() -> None:
    event = TrailEvent.objects.create(at=timezone.now(), actor="x", action="a", subject="s", prev_hash="", hash="h")
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        TrailEvent.objects.filter(pk=event.pk).update(actor="y")
