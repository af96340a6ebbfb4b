"""Counts of what passed, per app and vehicle."""

from django.db import models


class UsageCount(models.Model):
    """How often one thing happened on one day (UTC). Empty `app` counts what the car sent."""

    day = models.DateField()
    kind = models.CharField(max_length=20)
    vehicle = models.CharField(max_length=20, help_text="The vehicle's public id.")
    app = models.CharField(max_length=40, blank=True, help_text="The app's slug.")
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "kind", "vehicle", "app"], name="one_count_per_day")]


class FlushedBatch(models.Model):
    """A batch of counters that is in the table already; a batch that comes again is not counted again."""

    id = models.CharField(primary_key=True, max_length=80)
    flushed_at = models.DateTimeField()
