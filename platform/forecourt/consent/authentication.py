"""Lets clients with an access token into views of Django REST framework; `request.auth` is its TokenFacts."""

from typing import Any, Final

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from forecourt.consent import selectors, token_cache
from forecourt.consent.errors import TokenInvalidError
from forecourt.consent.published import TokenFacts

METADATA: Final = "/.well-known/oauth-protected-resource"


class Client:
    """Who calls: an app's or a partner's client. It is no person, so no view takes it for the driver."""

    is_authenticated: Final = True
    pk: Final = None

    def __init__(self, facts: TokenFacts) -> None:
        self.facts: Final = facts


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer <access token>`; a token in the address is not looked at."""

    @override
    def authenticate(self, request: Request) -> tuple[Client, TokenFacts] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        facts = token_cache.read(token) or selectors.token_facts(token)
        if facts is None:
            raise TokenInvalidError
        return Client(facts), facts

    @override
    def authenticate_header(self, request: Request) -> str:
        return f'Bearer error="invalid_token", resource_metadata="{settings.SITE_URL}{METADATA}"'


class IsClient(BasePermission):
    """Only clients with a valid token."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, TokenFacts):
            raise TokenInvalidError
        return True


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the OpenAPI document describes BearerToken; scopes are a grammar, so none is listed."""

    target_class = BearerToken
    name = "app"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        token = {"tokenUrl": f"{settings.SITE_URL}/o/token/", "scopes": {}}
        code = token | {"authorizationUrl": f"{settings.SITE_URL}/o/authorize/"}
        return {"type": "oauth2", "flows": {"authorizationCode": code, "clientCredentials": token}}
