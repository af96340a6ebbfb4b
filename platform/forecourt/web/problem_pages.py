"""Problems as whole pages, with a reference that the log knows, or as documents for programs."""

import json
import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


def answer(request: HttpRequest, problem: dict[str, Any]) -> HttpResponse:
    """Show a problem the way the client reads: people get a page, programs `application/problem+json`."""
    problem = problem | {"reference": secrets.token_hex(4)}
    log.info("problem %s at %s: %s %s", problem["reference"], request.path, problem["type"], problem["detail"])
    if not request.accepts("text/html"):
        body = json.dumps(problem, default=str)
        return HttpResponse(body, status=problem["status"], content_type="application/problem+json")
    return render(request, "public/problem.html", {"problem": problem}, status=problem["status"])
