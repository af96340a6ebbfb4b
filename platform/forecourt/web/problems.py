"""Domain errors as RFC 9457 problem documents: the one table from errors to statuses."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from apps_registry import errors as registry
from forecourt.accounts import errors as accounts
from forecourt.consent import errors as consent
from forecourt.delivery import errors as delivery
from forecourt.streams.edge import problem as edge
from forecourt.vehicles import errors as vehicles
from forecourt.web import errors as web
from forecourt.web.retold import retell
from sandbox.wire import errors as wire

PROBLEMS: Final[Mapping[type[Exception], HTTPStatus]] = {
    **edge.PROBLEMS,
    accounts.AccountsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    accounts.EmailTakenError: HTTPStatus.CONFLICT,
    accounts.OrganisationNameTakenError: HTTPStatus.CONFLICT,
    accounts.OrganisationNotWaitingError: HTTPStatus.CONFLICT,
    accounts.NotPermittedError: HTTPStatus.FORBIDDEN,
    accounts.TooManySignInsError: HTTPStatus.TOO_MANY_REQUESTS,
    consent.ConsentError: HTTPStatus.UNPROCESSABLE_ENTITY,
    consent.ClientExistsError: HTTPStatus.CONFLICT,
    consent.ConsentRequestGoneError: HTTPStatus.CONFLICT,
    consent.ConsentStoreSilentError: HTTPStatus.SERVICE_UNAVAILABLE,
    consent.ConsentTamperedError: HTTPStatus.BAD_REQUEST,
    consent.GrantNotFoundError: HTTPStatus.NOT_FOUND,
    consent.GrantNotLiveError: HTTPStatus.CONFLICT,
    consent.PartnerNotAdmittedError: HTTPStatus.FORBIDDEN,
    consent.PausedByAnotherError: HTTPStatus.FORBIDDEN,
    consent.TokenInvalidError: HTTPStatus.UNAUTHORIZED,
    delivery.DeliveryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    delivery.BundleNotListedError: HTTPStatus.NOT_FOUND,
    delivery.ForgedReportError: HTTPStatus.FORBIDDEN,
    delivery.KeyMissingError: HTTPStatus.SERVICE_UNAVAILABLE,
    delivery.MalformedReportError: HTTPStatus.BAD_REQUEST,
    delivery.MetadataNotFoundError: HTTPStatus.NOT_FOUND,
    delivery.NotThisVehicleError: HTTPStatus.FORBIDDEN,
    delivery.ReplayedReportError: HTTPStatus.CONFLICT,
    delivery.SignerUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    registry.RegistryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    registry.AppNotFoundError: HTTPStatus.NOT_FOUND,
    registry.BlobNotFoundError: HTTPStatus.NOT_FOUND,
    registry.BlobStoreUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    registry.IllegalMoveError: HTTPStatus.CONFLICT,
    registry.KeyTakenError: HTTPStatus.CONFLICT,
    registry.NameTakenError: HTTPStatus.CONFLICT,
    registry.NotYourAppError: HTTPStatus.FORBIDDEN,
    registry.ReleaseNotFoundError: HTTPStatus.NOT_FOUND,
    registry.SelfReviewError: HTTPStatus.FORBIDDEN,
    registry.SlugTakenError: HTTPStatus.CONFLICT,
    registry.UnknownPublisherKeyError: HTTPStatus.FORBIDDEN,
    registry.VersionUsedError: HTTPStatus.CONFLICT,
    registry.WrongPublisherError: HTTPStatus.FORBIDDEN,
    vehicles.VehiclesError: HTTPStatus.UNPROCESSABLE_ENTITY,
    vehicles.VehicleNotEnrolledError: HTTPStatus.UNAUTHORIZED,
    vehicles.SessionInvalidError: HTTPStatus.UNAUTHORIZED,
    vehicles.VehicleNotYoursError: HTTPStatus.NOT_FOUND,
    vehicles.TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    web.WebError: HTTPStatus.UNPROCESSABLE_ENTITY,
    web.NotAMemberError: HTTPStatus.FORBIDDEN,
    web.NotAdmittedError: HTTPStatus.FORBIDDEN,
    wire.WireError: HTTPStatus.UNPROCESSABLE_ENTITY,
    wire.CanonicalError: HTTPStatus.BAD_REQUEST,
    wire.FrameTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a DRF view's error as `application/problem+json`; unknown errors stay errors."""
    status = status_of(error)
    if status is None:
        return None
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:  # RFC 9110, section 15.5.2: a 401 says how to authenticate
        headers["WWW-Authenticate"] = context["view"].get_authenticate_header(context["request"]) or "Bearer"
    body = document(error, status)
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def status_of(error: Exception) -> int | None:
    """The HTTP status of an error, by its nearest class in the table."""
    if isinstance(error, APIException):
        return int(error.status_code)
    if isinstance(error, Http404):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, PermissionDenied):
        return HTTPStatus.FORBIDDEN
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), None)


def document(error: Exception, status: int) -> dict[str, Any]:
    """Members of the problem document (RFC 9457, section 3.1), and `resolution`: what to do next."""
    about = explain(type(error))
    return (
        about
        | {
            "status": int(status),
            "detail": retell(str(error)) or about["title"],
            "resolution": retell(getattr(error, "resolution", "")),
        }
        | ({"code": code} if (code := getattr(error, "code", "")) else {})
    )


def named(name: str) -> type[Exception] | None:
    """The kind of error that a `type` names: one of the table, or derived from one."""
    kinds = list(PROBLEMS)
    for kind in kinds:
        kinds += kind.__subclasses__()
    return next((kind for kind in kinds if kind.__name__ == name), None)


def explain(kind: type[Exception]) -> dict[str, Any]:
    """What a kind of error means, whoever meets it, in the language of the request."""
    title = (kind.__doc__ or kind.__name__).strip().splitlines()[0]
    resolution = retell(getattr(kind, "resolution", ""))
    return {"type": f"/problems/{kind.__name__}", "title": retell(title), "resolution": resolution}
