"""People, organisations and what people may do in them."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps_registry.models import Publisher


class UserManager(BaseUserManager["User"]):
    """Makes people, who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; the address is kept in lower case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """A person. Signs in with an e-mail address."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="email_is_unique_in_any_case")]


class Organisation(models.Model):
    """The carmaker, a developer firm or a data partner."""

    class Kind(models.TextChoices):
        """What an organisation does here."""

        CARMAKER = "carmaker", _("Carmaker")
        DEVELOPER = "developer", _("Developer")
        DATA_PARTNER = "data_partner", _("Data partner")

    class Status(models.TextChoices):
        """Whether the carmaker let it in."""

        APPLIED = "applied", _("Applied")
        ADMITTED = "admitted", _("Admitted")
        SUSPENDED = "suspended", _("Suspended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    status = models.CharField(max_length=16, choices=Status, default=Status.APPLIED)
    publisher = models.OneToOneField(
        Publisher, on_delete=models.PROTECT, null=True, blank=True, related_name="organisation"
    )
    applied_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="organisation_name_is_unique"),
            models.UniqueConstraint(fields=["kind"], condition=models.Q(kind="carmaker"), name="there_is_one_carmaker"),
        ]


class Membership(models.Model):
    """A person's role in an organisation."""

    class Role(models.TextChoices):
        """What a member may do."""

        OWNER = "owner", _("Owner")
        MEMBER = "member", _("Member")
        REVIEWER = "reviewer", _("Reviewer")
        OPERATOR = "operator", _("Fleet operator")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="one_membership_per_person")]
