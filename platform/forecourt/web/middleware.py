"""What every answer carries: a strict content security policy with a nonce, and problems as pages."""

import secrets
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from forecourt.web import problem_pages, problems

POLICY: Final = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action {forms}; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class ContentSecurityPolicyMiddleware:
    """Adds `request.csp_nonce` and the header. `response.csp_form_action` widens where forms lead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the policy in the header."""
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        forms = " ".join(["'self'", *getattr(response, "csp_form_action", ())])
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce, forms=forms))
        return response


class ProblemPagesMiddleware:
    """Answers a page's domain error with a page that says what to do, or with a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn an error of the table into an answer; others stay errors, and 404 and 403 are Django's."""
        if type(error).__module__.startswith("django."):
            return None
        status = problems.status_of(error)
        if status is None:
            return None
        return problem_pages.answer(request, problems.document(error, status))
