"""The OAuth toolkit's validator, bound to manifests and authorizations."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, ServerError
from typing_extensions import override

from forecourt.consent import offers, resources, selectors
from forecourt.consent.models import LIVE, AccessToken, Authorization, AuthorizationCode, RefreshToken
from forecourt.consent.scopes import PARTNER_SCOPE


class PlatformValidator(OAuth2Validator):
    """Scopes stay inside the manifest, and every code and token leads to the authorization that made it."""

    @override
    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """A partner's one scope, or scopes that the app's newest published manifest declares; never nothing."""
        if client.app is None:
            return list(scopes) == [PARTNER_SCOPE]
        release = selectors.offered_release(client)
        return release is not None and offers.within(release.manifest, scopes)

    @override
    def validate_bearer_token(self, token: str | None, scopes: list[str], request: Any) -> bool:
        """Also refuse a driver's token that names no car: the toolkit would take it for unrestricted."""
        if not super().validate_bearer_token(token, scopes, request):
            return False
        row: AccessToken = request.access_token
        return row.authorization_id is None or resources.vehicle_resource(request.uri.split("?")[0], row.resource)

    @override
    def _load_application(self, client_id: str | None, request: Any) -> Any:
        """No client has a name that the database cannot even look for."""
        return None if "\x00" in (client_id or "") else super()._load_application(client_id, request)

    @override
    def _create_authorization_code(self, request: Any, code: dict[str, str], expires: Any = None) -> AuthorizationCode:
        authorization = vars(request).get("authorization")  # set by our view, never a parameter of the query
        if not isinstance(authorization, Authorization):
            raise ServerError(description="A code is issued only for a driver's decision.", request=request)
        row: AuthorizationCode = super()._create_authorization_code(request, code, expires)
        row.authorization = authorization
        row.save(update_fields=["authorization"])
        return row

    @override
    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """Nothing to do: the code went in the transaction that made the tokens, so two requests cannot share it."""

    @override
    def _save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> Any:
        request.authorization_id = _authorization_id(request)
        _hold(request)
        result = super()._save_bearer_token(token, request, *args, **kwargs)
        if request.grant_type == "authorization_code":
            AuthorizationCode.objects.filter(code=request.code).delete()
        return result

    @override
    def _create_access_token(
        self, expires: Any, request: Any, token: dict[str, Any], source_refresh_token: Any = None
    ) -> AccessToken:
        row: AccessToken = super()._create_access_token(expires, request, token, source_refresh_token)
        row.authorization_id = request.authorization_id
        row.save(update_fields=["authorization"])
        return row

    @override
    def _create_refresh_token(
        self, request: Any, refresh_token_code: str, access_token: AccessToken, previous_refresh_token: Any
    ) -> RefreshToken:
        row: RefreshToken = super()._create_refresh_token(
            request, refresh_token_code, access_token, previous_refresh_token
        )
        row.authorization_id = request.authorization_id
        row.save(update_fields=["authorization"])
        return row


def _authorization_id(request: Any) -> Any:
    if request.grant_type == "authorization_code":
        codes = AuthorizationCode.objects.filter(code=request.code, application=request.client)
        return codes.values_list("authorization_id", flat=True).first()
    presented = getattr(request, "refresh_token_instance", None)
    return presented.authorization_id if presented else None


def _hold(request: Any) -> None:
    """Lock the authorization until the tokens are saved, and refuse if what was presented is worth nothing by now.

    Of two uses of one code or refresh token at once only one wins, and none wins against a revocation.
    """
    if request.grant_type not in {"authorization_code", "refresh_token"}:
        return
    held = Authorization.objects.select_for_update().filter(pk=request.authorization_id).first()
    if held is None or not held.grants.filter(status__in=LIVE).exists() or not _is_unused(request):
        raise InvalidGrantError(request=request)


def _is_unused(request: Any) -> bool:
    if request.grant_type == "authorization_code":
        return AuthorizationCode.objects.filter(code=request.code, application=request.client).exists()
    return RefreshToken.objects.filter(pk=request.refresh_token_instance.pk, revoked__isnull=True).exists()
