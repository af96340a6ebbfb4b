"""Addresses of this package; the metadata lies at the origin's root (RFC 8414, RFC 9728)."""

from django.urls import URLPattern, URLResolver, include, path
from oauth2_provider.views.base import RevokeTokenView
from oauth2_provider.views.metadata import OAuthProtectedResourceMetadataView, OAuthServerMetadataView

from forecourt.consent.api import AuthorizationView, IntrospectionView, TokenView

_oauth = [
    path("o/authorize/", AuthorizationView.as_view(), name="authorize"),
    path("o/token/", TokenView.as_view(), name="token"),
    path("o/revoke_token/", RevokeTokenView.as_view(), name="revoke-token"),
    path("o/introspect/", IntrospectionView.as_view(), name="introspect"),
    path(
        ".well-known/oauth-authorization-server",
        OAuthServerMetadataView.as_view(),
        name="oauth-server-metadata",
    ),
    path(
        ".well-known/oauth-protected-resource",
        OAuthProtectedResourceMetadataView.as_view(),
        name="oauth-resource-metadata",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((_oauth, "oauth2_provider")))]
