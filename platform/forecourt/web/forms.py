"""What people type. A domain error becomes a problem beside the form, which keeps what was typed."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps_registry.models import Review
from forecourt.accounts.models import Membership, Organisation
from forecourt.web import problems

T = TypeVar("T")


class PageForm(forms.Form):
    """A form of one page; `problem` is what the service answered, if it refused."""

    problem: dict[str, Any] | None = None

    def attempt(self, call: Callable[[], T]) -> T | None:
        """Make the page's one service call; a refusal becomes the form's problem."""
        try:
            return call()
        except tuple(problems.PROBLEMS) as error:
            self.problem = problems.document(error, problems.status_of(error) or HTTPStatus.BAD_REQUEST)
            return None

    @property
    def status(self) -> int:
        """The answer's status: fine, refused by the service, or not filled in as asked."""
        if self.problem:
            return int(self.problem["status"])
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.errors else HTTPStatus.OK

    def page(self, request: HttpRequest, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
        """Show the form's page."""
        return render(request, template, {"form": self, **(context or {})}, status=self.status)


class SignUpForm(PageForm):
    """A new person."""

    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("Ten characters or more; a short sentence works well."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        strip=False,
    )


class SignInForm(PageForm):
    """Somebody who comes back."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput({"autocomplete": "current-password"}), strip=False
    )


class ApplyForm(PageForm):
    """A firm that wants to be let in."""

    name = forms.CharField(
        label=_("Name of the organisation"),
        max_length=80,
        help_text=_("As drivers will read it. Its short form becomes part of your bundles and cannot change."),
    )
    kind = forms.ChoiceField(
        label=_("What it does here"),
        choices=[
            (Organisation.Kind.DEVELOPER, _("Publishes apps")),
            (Organisation.Kind.DATA_PARTNER, _("Adds data, such as electricity prices")),
        ],
        initial=Organisation.Kind.DEVELOPER,
        widget=forms.RadioSelect,
    )


class MemberForm(PageForm):
    """A colleague at the carmaker."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("They must have signed up already."))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (Membership.Role.REVIEWER, _("Reviewer: decides about releases")),
            (Membership.Role.OPERATOR, _("Fleet operator: admits partners, enrols cars")),
        ],
        widget=forms.RadioSelect,
        initial=Membership.Role.REVIEWER,
    )


class EnrolForm(PageForm):
    """A file of factory records."""

    records = forms.FileField(
        label=_("Factory records"), help_text=_("One JSON object a line, as the factory writes them. At most 5 MB.")
    )


class DecisionForm(PageForm):
    """A reviewer's decision."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[(Review.Verdict.APPROVED, _("Approve")), (Review.Verdict.REJECTED, _("Reject"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("One sentence that the developer can act on. It is kept in the trail."),
        widget=forms.Textarea,
    )


class KeyForm(PageForm):
    """A publisher's public key."""

    public_key = forms.CharField(
        label=_("Public key"),
        help_text=_("The 64 digits that the toolchain's keygen prints. The private key never leaves your machine."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )


class AppForm(PageForm):
    """A new app."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As it stands in the store."))
    slug = forms.SlugField(
        label=_("Short name"), max_length=40, help_text=_("Lower case, digits and hyphens. It can never change.")
    )
    summary = forms.CharField(
        label=_("Summary"), max_length=120, help_text=_("What the driver gets from it, in one line.")
    )
    category = forms.ChoiceField(
        label=_("Category"),
        choices=[
            ("energy", _("Energy and charging")),
            ("navigation", _("Navigation and parking")),
            ("comfort", _("Comfort")),
            ("care", _("Care and diagnostics")),
            ("insurance", _("Insurance")),
            ("fleet", _("Fleet and work")),
        ],
    )
    login_uri = forms.URLField(
        label=_("Start address"),
        assume_scheme="https",
        help_text=_("Where “Install” sends a driver; your server then asks for consent."),
    )
    redirect_uri = forms.URLField(
        label=_("Redirect address"),
        assume_scheme="https",
        help_text=_("Where consent returns to, with a code. It must match exactly."),
    )


class BundleForm(PageForm):
    """A bundle to check and review."""

    bundle = forms.FileField(
        label=_("Bundle"), help_text=_("The zip that the toolchain built and signed. At most 24 MB.")
    )


class PairForm(PageForm):
    """A code from a head unit."""

    code = forms.CharField(
        label=_("Code on the car's screen"),
        max_length=12,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "class": "code-entry",
                "placeholder": "XXXX-XXXX",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )
    nickname = forms.CharField(
        label=_("What do you call this car?"),
        max_length=40,
        required=False,
        help_text=_("You see this name on every page."),
    )


class CredentialsForm(PageForm):
    """A wish for new credentials: only a button."""


class AdmitForm(PageForm):
    """An organisation to let in: only a button."""
