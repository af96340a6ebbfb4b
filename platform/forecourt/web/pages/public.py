"""Pages that everybody may open: the front door, and what problems mean."""

from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps_registry import selectors as registry
from forecourt.accounts.models import User
from forecourt.web import navigation, problem_pages, problems

#: Problems that the pages themselves name.
HTTP_PROBLEMS: Final = {
    HTTPStatus.NOT_FOUND: "NotFound",
    HTTPStatus.FORBIDDEN: "FormTooOld",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Broken",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person's work is; a stranger reads what this is."""
    if isinstance(request.user, User):
        return redirect(navigation.home(request.user))
    return render(request, "public/home.html", {"releases": registry.store_listing()[:3]})


@require_safe
def problem_type(request: HttpRequest, name: str) -> HttpResponse:
    """What a problem's `type` leads to: what it means and what to do."""
    kind = problems.named(name)
    if kind is None:
        raise Http404
    document = problems.explain(kind)
    return render(request, "public/problem_type.html", {"problem": document})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page."""
    del exception
    return _own(
        request,
        HTTPStatus.NOT_FOUND,
        title=_("There is no page here"),
        detail=_("The address may be mistyped, or what it showed is gone."),
        resolution=_("Go back, or start from the store."),
    )


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token (Django calls this for its CSRF check)."""
    del reason
    return _own(
        request,
        HTTPStatus.FORBIDDEN,
        title=_("This form is too old"),
        detail=_("You may have signed in or out in another tab since it was opened. Nothing was changed."),
        resolution=_("Go back, reload the page and send the form again."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours broke."""
    return _own(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        title=_("Something broke on our side"),
        detail=_("It was written down. Your data was not changed by this page."),
        resolution=_("Try again in a minute."),
    )


def _own(request: HttpRequest, status: HTTPStatus, **words: str) -> HttpResponse:
    problem: dict[str, Any] = {"type": f"/problems/{HTTP_PROBLEMS[status]}", "status": int(status), **words}
    return problem_pages.answer(request, problem)
