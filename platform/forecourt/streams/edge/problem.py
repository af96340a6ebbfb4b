"""Errors of the data plane as RFC 9457 problem documents; the site's table in `web/problems.py` includes these."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from forecourt.streams import errors
from forecourt.vehicles.errors import SessionInvalidError
from sandbox.wire.errors import FrameTooLargeError, WireError

PROBLEMS: Final[Mapping[type[Exception], HTTPStatus]] = {
    errors.BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.CommandNotFoundError: HTTPStatus.NOT_FOUND,
    errors.CommandStateError: HTTPStatus.CONFLICT,
    errors.FeedNotFoundError: HTTPStatus.NOT_FOUND,
    errors.FeedNotYoursError: HTTPStatus.FORBIDDEN,
    errors.IdempotencyKeyReusedError: HTTPStatus.CONFLICT,
    errors.MethodNotAllowedError: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.NoValueYetError: HTTPStatus.NOT_FOUND,
    errors.NotGrantedError: HTTPStatus.FORBIDDEN,
    errors.NotSupportedError: HTTPStatus.NOT_FOUND,
    errors.StreamsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TicketInvalidError: HTTPStatus.UNAUTHORIZED,
    errors.TokenInvalidError: HTTPStatus.UNAUTHORIZED,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    FrameTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    SessionInvalidError: HTTPStatus.UNAUTHORIZED,
    WireError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def is_known(error: Exception) -> bool:
    """Whether the error is an answer and not a defect."""
    return any(kind in PROBLEMS for kind in type(error).__mro__)


def status_of(error: Exception) -> int:
    """The HTTP status of an error, by its nearest class in the table."""
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), 500)


def document(error: Exception) -> dict[str, Any]:
    """Members of the problem document, and `resolution`: what to do next."""
    name = type(error).__name__
    title = (type(error).__doc__ or name).strip().splitlines()[0]
    return {
        "type": f"/problems/{name}",
        "title": title,
        "status": status_of(error),
        "detail": str(error) or title,
        "code": getattr(error, "code", "bad_request"),
        "resolution": getattr(error, "resolution", ""),
    }
