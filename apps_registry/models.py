"""Rows of the registry: publishers, apps, releases, bundles, findings, reviews and the trail.

The database states the invariants; the moves between states are in `states.py`.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Publisher(models.Model):
    """Who stands behind apps: the registry's side of an organisation. Namespaces are lower case and never reused."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    namespace = models.SlugField(max_length=40, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)


class PublisherKey(models.Model):
    """An Ed25519 public key (64 hex digits) with which a publisher signs bundle contents."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, related_name="keys")
    public_key = models.CharField(max_length=64, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class App(models.Model):
    """A product of a publisher. `slug` is unique in the store and names the app in scopes, metadata and URLs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, related_name="apps")
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    summary = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=40)
    login_uri = models.URLField(
        blank=True, help_text="Where a driver starts: OpenID Connect's initiate_login_uri (Core, section 4)."
    )
    icon_sha256 = models.CharField(
        max_length=64, blank=True, help_text="The icon of the newest published release; empty: it has none."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="app_name_is_unique")]


class Bundle(models.Model):
    """A canonical, content-addressed archive. Rows are never changed."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    upload_sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    icon_sha256 = models.CharField(max_length=64, blank=True, help_text="Of its icon.svg, if it has one.")
    created_at = models.DateTimeField(auto_now_add=True)


class Release(models.Model):
    """One immutable version of an app, with a release counter that only rises."""

    class Status(models.TextChoices):
        """Where a release stands."""

        SUBMITTED = "submitted", _("Submitted")
        IN_ANALYSIS = "in_analysis", _("In analysis")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="releases")
    version = models.CharField(max_length=40, help_text="SemVer, from the manifest.")
    counter = models.PositiveIntegerField(help_text="Rises with every release of the app; cars refuse a lower one.")
    status = models.CharField(max_length=16, choices=Status, default=Status.SUBMITTED)
    manifest = models.JSONField()
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="releases")
    publisher_key = models.ForeignKey(PublisherKey, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "version"], name="release_version_is_used_once"),
            models.UniqueConstraint(fields=["app", "counter"], name="release_counter_is_used_once"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="published_release_has_a_time"
            ),
        ]


class AnalysisRun(models.Model):
    """One vetting of a release under one version of the rules."""

    class Status(models.TextChoices):
        """How far the run came."""

        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        PASSED = "passed", _("Passed")
        FINDINGS = "findings", _("Findings")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="runs")
    ruleset = models.CharField(max_length=20)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "ruleset"], name="one_run_for_release_and_ruleset")]


class Finding(models.Model):
    """One result of vetting: rule, severity, text, evidence and how to mend it."""

    class Severity(models.TextChoices):
        """How much a finding weighs: an error refuses, a warning asks the reviewer, a note informs."""

        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")
        NOTE = "note", _("Note")

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=8, choices=Severity)
    text = models.TextField()
    evidence = models.JSONField(default=dict, blank=True)
    hint = models.TextField(blank=True)


class Review(models.Model):
    """A reviewer's decision; a release has at most one."""

    class Verdict(models.TextChoices):
        """What the reviewer decided."""

        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict)
    reason = models.TextField()
    decided_at = models.DateTimeField()


class TrailEvent(models.Model):
    """One entry of the append-only, hash-chained trail; a database trigger refuses update and delete."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=80, help_text="A user's id, or the name of a process.")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.JSONField(default=dict, blank=True)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
