"""The OAuth endpoints: the driver's consent page, tokens for clients, and what may be asked about a token."""

from functools import partial
from typing import Any, Final, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.http import OAuth2ResponseRedirect
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views.base import BaseAuthorizationView
from oauth2_provider.views.base import TokenView as ToolkitTokenView
from oauthlib.common import Request
from typing_extensions import override

from forecourt.accounts.models import User
from forecourt.consent import offers, preview, redirects, requests, selectors, services, wording
from forecourt.consent.decisions import Allowed
from forecourt.consent.errors import (
    ConsentStoreSilentError,
    ConsentTamperedError,
    NothingChosenError,
    NoVehicleChosenError,
)
from forecourt.consent.models import Application, AuthorizationRequest
from forecourt.consent.offers import Choice

_SINGLE: Final = frozenset({"csrfmiddlewaretoken", "request", "expiry", "decision"})
#: What the driver can mend on the page itself, or by trying again.
MENDABLE: Final = (NoVehicleChosenError, NothingChosenError, ConsentStoreSilentError)


@method_decorator(never_cache, name="dispatch")
class AuthorizationView(BaseAuthorizationView):
    """The consent page. It is always shown: there is no automatic approval, whatever the client asks for.

    The template `consent/authorize.html` gets `consent_request` (its `id` is the form's `request`), `app`, `publisher`,
    `vehicles` (none ticked), `items` (offers.Item: index, sentence, purpose, reason, required, precision_choices,
    scope), `expiries` (value, label), `preview` (preview.Preview: vehicle, rows) and `choice` (offers.Choice: what is
    ticked). After a mistake that can be mended it comes again with the ticks kept, and `problem` says what is missing.
    The form posts `request`, `vehicle` and `item` (repeated), `precision-<index>`, `expiry` and `decision`.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Check what the client asks, keep it on the server and show the page."""
        try:
            requests.check_text(request.GET)
            _scopes, credentials = self.validate_authorization_request(request)
            requests.check_challenge(credentials)
        except OAuthToolkitError as error:
            return self._refused(error, credentials=request.GET)
        if "none" in request.GET.get("prompt", "").split():
            return self._refused(requests.interaction_required(credentials), credentials=credentials)
        pending = requests.keep(credentials, user=cast("User", request.user), now=timezone.now())
        return self._shown(pending, choice=offers.UNTOUCHED)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the driver's decision. All but the ticks comes from the row kept on the server."""
        form = _form(request)
        now = timezone.now()
        pending = selectors.pending_request(cast("User", request.user), form.get("request", ""), now=now)
        if form["decision"] == "deny":
            services.deny(pending, now=now)
            return self._denied(pending)
        choice = _choice(form)
        try:
            uri = services.allow(pending, choice=choice, issue_code=self._issuer(pending), now=now)
        except MENDABLE:
            request.problem_page = partial(self._shown, pending, choice=choice)  # type: ignore[attr-defined]
            raise
        return self._redirect(uri, pending.application)

    def _shown(
        self, pending: AuthorizationRequest, problem: dict[str, Any] | None = None, *, choice: Choice
    ) -> HttpResponse:
        response = render(self.request, "consent/authorize.html", _page(pending, choice) | {"problem": problem})
        response.csp_form_action = [redirects.origin(pending.parameters["redirect_uri"])]  # type: ignore[attr-defined]
        return response

    def _issuer(self, pending: AuthorizationRequest) -> Any:
        def issue_code(allowed: Allowed) -> str:
            credentials = pending.parameters | {"resource": allowed.resource, "authorization": allowed.authorization}
            uri, _headers, _body, _status = self.create_authorization_response(
                request=self.request, scopes=allowed.scope, credentials=credentials, allow=True
            )
            return str(uri)

        return issue_code

    def _denied(self, pending: AuthorizationRequest) -> HttpResponse:
        try:
            self.create_authorization_response(self.request, "", dict(pending.parameters), allow=False)
        except OAuthToolkitError as error:
            return self._refused(error, credentials=pending.parameters)
        raise AssertionError  # the toolkit answers a denial with an error

    def _refused(self, error: OAuthToolkitError, *, credentials: Any) -> HttpResponse:
        """Tell the client, if its redirect address is known to be its own; else only the driver."""
        is_safe, answer = super(BaseAuthorizationView, self).error_response(error)
        if is_safe:
            application = Application.objects.get(client_id=credentials["client_id"])
            return self._redirect(redirects.with_issuer(answer["url"], settings.SITE_URL), application)
        problem = answer["error"]
        context = {"error": problem.error, "description": problem.description or ""}
        return render(self.request, "consent/refused.html", context, status=problem.status_code)

    def _redirect(self, uri: str, application: Application) -> HttpResponse:
        return OAuth2ResponseRedirect(uri, application.get_allowed_schemes())


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class TokenView(ToolkitTokenView):
    """Exchanges codes, refresh tokens and a partner's credentials for access tokens. No device flow yet."""

    @override
    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Answer a token, or an error of RFC 6749, section 5.2."""
        is_text = all("\x00" not in value for values in request.POST.lists() for value in values[1])
        if not is_text or request.POST.get("grant_type") not in oauth2_settings.OAUTH2_GRANT_TYPES_SUPPORTED:
            error = "unsupported_grant_type" if is_text else "invalid_request"
            return JsonResponse({"error": error}, status=400)
        response: HttpResponse = self.authorization_flow_token_response(request)
        response["Content-Type"] = "application/json"  # the toolkit forgets it for some errors
        return response


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class IntrospectionView(View):
    """RFC 7662 for a client's own access tokens, by POST only: addresses end up in logs."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Say whether the token is live, and what it stands for; other clients' tokens look unknown."""
        client = _authenticated(request)
        if client is None:
            return JsonResponse({"error": "invalid_client"}, status=401, headers={"WWW-Authenticate": "Basic"})
        facts = selectors.token_facts(request.POST.get("token", ""))
        if facts is None or facts.client != client.client_id:
            return JsonResponse({"active": False})
        live = {"active": True, "client_id": facts.client, "scope": facts.scope, "exp": facts.exp, "sub": facts.user}
        return JsonResponse({name: value for name, value in live.items() if value is not None})


def _page(pending: AuthorizationRequest, choice: Choice) -> dict[str, Any]:
    release = pending.release
    vehicles = list(selectors.deciding_vehicles(pending.user, now=pending.created_at))
    items = offers.offer(release.manifest, pending.scope)
    return {
        "consent_request": pending,
        "app": release.app,
        "publisher": release.app.publisher,
        "vehicles": vehicles,
        "items": items,
        "expiries": [{"value": value, "label": label} for value, label in wording.EXPIRY_LABELS.items()],
        "preview": preview.of(vehicles, items),
        "choice": choice,
    }


def _form(request: HttpRequest) -> QueryDict:
    """The form as posted, if it holds only what the page put there."""
    form = request.POST
    unknown = [name for name in form if name not in _SINGLE | {"vehicle", "item"} and not name.startswith("precision-")]
    repeated = [name for name in form if name not in {"vehicle", "item"} and len(form.getlist(name)) > 1]
    if unknown or repeated or request.GET:
        raise ConsentTamperedError("The form holds fields that were not on the page.")
    if form.get("decision") not in {"allow", "deny"} or "request" not in form:
        raise ConsentTamperedError("The form holds no decision.")
    return form


def _choice(form: QueryDict) -> Choice:
    precisions = {name: str(form[name]) for name in form if name.startswith("precision-")}
    try:
        return Choice(
            vehicles=tuple(form.getlist("vehicle")),
            items=frozenset(int(index) for index in form.getlist("item")),
            precisions={int(name.removeprefix("precision-")): value for name, value in precisions.items()},
            expiry=form.get("expiry", ""),
        )
    except ValueError as error:
        raise ConsentTamperedError("An item has no number.") from error


def _authenticated(request: HttpRequest) -> Application | None:
    core = AuthorizationView.get_oauthlib_core()
    asked = Request(*core._extract_params(request))  # noqa: SLF001 - the toolkit's own view needs it too
    is_known = core.server.request_validator.authenticate_client(asked)
    return asked.client if is_known else None
