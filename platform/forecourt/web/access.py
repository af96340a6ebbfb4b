"""Who may open a page: decorators that hand the view a request whose person is known."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from apps_registry.models import Publisher
from forecourt.accounts import roles
from forecourt.accounts.models import Organisation, User
from forecourt.web.errors import NotAdmittedError, NotAMemberError

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


class MemberRequest(PersonRequest):
    """A request of a member of `organisation`."""

    organisation: Organisation


View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponse]
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponse]


def person(view: PersonView[P]) -> View[P]:
    """Open the page to everybody who is signed in; others sign in first."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(cast("PersonRequest", request), *args, **kwargs)

    return opened


def carmaker(*wanted: str) -> Callable[[PersonView[P]], View[P]]:
    """Open the page to the carmaker's people with one of these roles, and to its owner."""

    def decorate(view: PersonView[P]) -> View[P]:
        @person
        @wraps(view)
        def opened(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            roles.require_role(request.user, *wanted)
            return view(request, *args, **kwargs)

        return opened

    return decorate


def member(kind: str) -> Callable[[MemberView[P]], View[P]]:
    """Open the page to members of an organisation of this kind."""

    def decorate(view: MemberView[P]) -> View[P]:
        @person
        @wraps(view)
        def opened(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            membership = roles.membership_of(request.user, kind)
            if membership is None:
                raise NotAMemberError
            theirs = cast("MemberRequest", request)
            theirs.organisation = membership.organisation
            return view(theirs, *args, **kwargs)

        return opened

    return decorate


def publisher_of(request: MemberRequest) -> Publisher:
    """The publisher behind a developer's organisation.

    Raises:
        NotAdmittedError: the carmaker has not admitted it yet, or has suspended it.
    """
    organisation = request.organisation
    if organisation.publisher is None or organisation.status != Organisation.Status.ADMITTED:
        raise NotAdmittedError
    return organisation.publisher
