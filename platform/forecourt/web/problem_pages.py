"""Problems as whole pages, with a reference that the log knows, or as documents for programs."""

import json
import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


def answer(request: HttpRequest, problem: dict[str, Any]) -> HttpResponse:
    """Show a problem the way the client reads: people get a page, programs `application/problem+json`.

    A view whose page can show the problem itself, with what was typed, sets `request.problem_page`: document to page.
    """
    problem = problem | {"reference": secrets.token_hex(4)}
    log.info("problem %s at %s: %s %s", problem["reference"], request.path, problem["type"], problem["detail"])
    if not request.accepts("text/html"):
        body = json.dumps(problem, default=str)
        return HttpResponse(body, status=problem["status"], content_type="application/problem+json")
    own = getattr(request, "problem_page", None)
    page: HttpResponse = own(problem) if own else render(request, "public/problem.html", {"problem": problem})
    page.status_code = problem["status"]
    return page
