"""What a client asked for at the authorization endpoint: more checks than the toolkit makes, and a row to keep it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidRequestError, InvalidRequestFatalError

from forecourt.accounts.models import User
from forecourt.consent import selectors
from forecourt.consent.errors import ConsentRequestGoneError
from forecourt.consent.models import Application, AuthorizationRequest

#: An S256 challenge is a SHA-256 in base 64 without padding (RFC 7636, section 4.2).
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_KEPT: Final = ("client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method")
MAX_PARAMETER: Final = 8000  # characters


def check_text(parameters: Mapping[str, str]) -> None:
    """Refuse parameters that no client writes: control characters, or text without end.

    Raises:
        FatalClientError: one is not printable ASCII (RFC 6749, appendix A) or too long; the driver is told, not the
            client, for its address may be part of it.
    """
    for value in parameters.values():
        if len(value) > MAX_PARAMETER or not all(" " <= character <= "~" for character in value):
            raise FatalClientError(error=InvalidRequestFatalError(description="A parameter is not plain text."))


def check_challenge(credentials: Mapping[str, Any]) -> None:
    """Insist on PKCE with S256 before the page is shown, not after the driver agreed.

    Raises:
        OAuthToolkitError: another method, or no challenge of 43 characters.
    """
    is_hashed = credentials.get("code_challenge_method") == "S256"
    if not is_hashed or not _CHALLENGE.fullmatch(credentials.get("code_challenge") or ""):
        raise _error(InvalidRequestError, credentials, "Use PKCE with code_challenge_method S256 (RFC 7636).")


def interaction_required(credentials: Mapping[str, Any]) -> OAuthToolkitError:
    """The answer to `prompt=none`: consent is never given without a page."""
    return _error(_InteractionRequiredError, credentials, "The driver must see the consent page.")


def keep(credentials: Mapping[str, Any], *, user: User, now: datetime) -> AuthorizationRequest:
    """Store what was asked, and the release whose manifest is shown; the form will carry only the row's id.

    Raises:
        ConsentRequestGoneError: the app was withdrawn this very moment.
    """
    application = Application.objects.select_related("app").get(client_id=credentials["client_id"])
    release = selectors.offered_release(application)
    if release is None:  # withdrawn since the scopes were checked against it
        raise ConsentRequestGoneError
    return AuthorizationRequest.objects.create(
        user=user,
        application=application,
        release=release,
        scope=" ".join(credentials["request"].scopes),
        parameters={name: credentials.get(name) for name in _KEPT},
        created_at=now,
    )


class _InteractionRequiredError(CustomOAuth2Error):  # type: ignore[misc]  # oauthlib has no types
    """OpenID Connect Core, section 3.1.2.6."""

    def __init__(self, **fields: Any) -> None:
        super().__init__("interaction_required", **fields)


def _error(kind: type[Any], credentials: Mapping[str, Any], description: str) -> OAuthToolkitError:
    error = kind(description=description, state=credentials.get("state"))
    return OAuthToolkitError(error=error, redirect_uri=credentials["redirect_uri"])
