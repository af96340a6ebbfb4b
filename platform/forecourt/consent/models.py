"""The OAuth server's rows, and the driver's authorizations, grants and receipts.

All OAuth models are swapped so that a token always leads to the authorization that made it.
"""

import uuid
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)
from typing_extensions import override

from apps_registry.models import App, Release
from forecourt.accounts.models import Organisation
from forecourt.consent import redirects
from forecourt.vehicles.models import Vehicle


class Authorization(models.Model):
    """What one OAuth code created: a driver, an app and the release whose manifest was shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="authorizations")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="authorizations")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()


class Application(AbstractApplication):
    """An OAuth client: the cloud half of an app (code flow), or a data partner (client credentials)."""

    app = models.OneToOneField(App, on_delete=models.PROTECT, null=True, blank=True, related_name="client")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="clients"
    )

    class Meta(AbstractApplication.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(skip_authorization=False), name="consent_is_never_skipped"),
            models.CheckConstraint(
                condition=Q(app__isnull=True) ^ Q(organisation__isnull=True), name="client_is_an_app_or_a_partner"
            ),
        ]

    @property
    def standing_organisation(self) -> Organisation | None:
        """Who answers for this client: the data partner, or the developer firm behind the app's publisher."""
        if self.app is None:
            return self.organisation
        return getattr(self.app.publisher, "organisation", None)

    @override
    def is_usable(self, request: Any) -> bool:
        """Whether its organisation is in good standing; asked at every issuance and every use of a token."""
        organisation = self.standing_organisation
        return organisation is not None and organisation.status == Organisation.Status.ADMITTED

    @override
    def get_allowed_schemes(self) -> list[str]:
        """The schemes of redirects: https, and http for a client that registered a loopback address."""
        local = any(redirects.is_loopback(uri) for uri in self.redirect_uris.split())
        return ["https", "http"] if local else ["https"]


class AuthorizationCode(AbstractGrant):
    """A one-time code on its way to becoming tokens. The toolkit calls it a grant; here a grant is consent."""

    authorization = models.ForeignKey(Authorization, on_delete=models.CASCADE, null=True, blank=True, related_name="+")


class AccessToken(AbstractAccessToken):
    """A bearer token; `authorization` is empty for client credentials."""

    authorization = models.ForeignKey(
        Authorization, on_delete=models.CASCADE, null=True, blank=True, related_name="access_tokens"
    )


class RefreshToken(AbstractRefreshToken):
    """A rotating refresh token of one authorization."""

    authorization = models.ForeignKey(
        Authorization, on_delete=models.CASCADE, null=True, blank=True, related_name="refresh_tokens"
    )


class IDToken(AbstractIDToken):
    """An OpenID Connect id token."""


class DeviceGrant(AbstractDeviceGrant):
    """A device code (RFC 8628)."""


class AuthorizationRequest(models.Model):
    """What an app asked for, kept on the server while the driver decides; the form carries only its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    scope = models.TextField()
    parameters = models.JSONField(help_text="The validated OAuth parameters: redirect_uri, state, code_challenge …")
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)


class Grant(models.Model):
    """A driver's live permission for one app on one vehicle. Every change raises `epoch`."""

    class Status(models.TextChoices):
        """Whether the permission is live."""

        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        REVOKED = "revoked", _("Revoked")
        EXPIRED = "expired", _("Expired")
        SUPERSEDED = "superseded", _("Superseded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="grants")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="grants")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="grants")
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    epoch = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until revoked.")
    ended_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who paused it; nobody else resumes it.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app", "vehicle"], condition=Q(status__in=["active", "paused"]), name="one_live_grant_per_car"
            ),
        ]


#: A paused grant is still the driver's; it only delivers nothing.
LIVE: Final = (Grant.Status.ACTIVE, Grant.Status.PAUSED)


def unexpired(now: datetime | Now) -> Q:
    """Grants whose time has not run out, whatever their status says yet."""
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now)


class GrantItem(models.Model):
    """One thing a grant allows: an action on a pattern of signals, for a purpose, at a precision."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="items")
    action = models.CharField(max_length=10)
    pattern = models.CharField(max_length=200)
    purpose = models.CharField(max_length=40)
    precision = models.CharField(max_length=8, default="exact")
    max_hz = models.FloatField(null=True, blank=True)


class ConsentReceipt(models.Model):
    """Exactly what was shown and ticked, or taken back; append-only and hash-chained per person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="receipts")
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=12)
    document = models.JSONField()
    at = models.DateTimeField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    @override
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row once; a receipt is never changed."""
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
