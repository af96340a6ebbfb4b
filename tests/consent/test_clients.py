"""Registering clients, and the calls that apps make with their tokens."""

from typing import Any

import pytest
from django.utils import timezone
from redis import Redis
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from forecourt.accounts.models import Organisation
from forecourt.consent import selectors, services, token_cache
from forecourt.consent.authentication import BearerToken, IsClient
from forecourt.consent.errors import ClientExistsError, PartnerNotAdmittedError, RedirectUriRefusedError
from forecourt.consent.models import AccessToken, Application
from tests import factories
from tests.consent.flow import CALLBACK, Story, partner
from tests.consent.listener import silence
from tests.factories import NOW


class WhoAmI(APIView):
    """A view as the floors above write them."""

    authentication_classes = (BearerToken,)
    permission_classes = (IsClient,)

    def get(self, request: Request) -> Response:
        facts: Any = request.auth
        return Response({"app": facts.app, "person": request.user.pk})


def _call(header: str | None, path: str = "/") -> Any:
    headers = {"Authorization": header} if header else {}
    return WhoAmI.as_view()(APIRequestFactory().get(path, headers=headers))


def test_a_view_sees_the_app_and_not_the_driver(story: Story) -> None:
    answer = _call(f"Bearer {story.tokens()['access_token']}")
    assert answer.data == {"app": "smart-charging", "person": None}


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Bearer ", "Basic eA=="])
@pytest.mark.usefixtures("db", "valkey")
def test_without_a_good_token_a_401_says_where_to_get_one(header: str | None) -> None:
    answer = _call(header)
    assert (answer.status_code, answer.data["type"]) == (401, "/problems/TokenInvalidError")
    assert "/.well-known/oauth-protected-resource" in answer["WWW-Authenticate"]


def test_a_token_in_the_address_is_not_looked_at(story: Story) -> None:
    token = story.tokens()["access_token"]
    assert _call(None, f"/?access_token={token}").status_code == 401


def test_an_expired_token_is_refused(story: Story) -> None:
    token = story.tokens()["access_token"]
    AccessToken.objects.update(expires=timezone.now())
    assert _call(f"Bearer {token}").status_code == 401


def test_a_cached_token_costs_no_query(story: Story, django_assert_num_queries: Any) -> None:
    token = story.tokens()["access_token"]
    with django_assert_num_queries(2):
        selectors.token_facts(token)
    with django_assert_num_queries(0):
        assert _call(f"Bearer {token}").status_code == 200


def test_a_token_works_though_the_cache_is_silent(story: Story) -> None:
    token = story.tokens()["access_token"]
    with silence():
        assert _call(f"Bearer {token}").status_code == 200
        assert token_cache.read(token) is None


def test_a_client_keeps_its_secret_as_a_hash(story: Story) -> None:
    story.client.refresh_from_db()
    assert story.secret not in story.client.client_secret
    assert story.client.client_type == Application.CLIENT_CONFIDENTIAL


def test_an_app_has_one_client(story: Story) -> None:
    with pytest.raises(ClientExistsError):
        services.register_client(app=story.app, redirect_uris=[CALLBACK], by=story.driver, now=NOW)


@pytest.mark.django_db
def test_a_client_with_an_unsafe_address_is_not_registered() -> None:
    with pytest.raises(RedirectUriRefusedError):
        services.register_client(
            app=factories.app(), redirect_uris=[CALLBACK, "http://nordlys.example/"], by=factories.user(), now=NOW
        )
    assert not Application.objects.exists()


@pytest.mark.parametrize(("kind", "status"), [("developer", "admitted"), ("data_partner", "applied")])
@pytest.mark.django_db
def test_only_an_admitted_data_partner_gets_feed_credentials(kind: str, status: str) -> None:
    organisation = Organisation.objects.create(name="X", slug="x", kind=kind, status=status, applied_at=NOW)
    with pytest.raises(PartnerNotAdmittedError):
        services.register_partner_client(organisation=organisation, by=factories.user(), now=NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("valkey")
def test_a_partner_has_no_redirect_address_and_cannot_send_drivers_over(client: Any) -> None:
    application, _secret = partner()
    client.force_login(factories.user())
    fields = {"response_type": "code", "client_id": application.client_id, "scope": "provide:Energy.Price"}
    assert client.get("/o/authorize/", fields | {"redirect_uri": CALLBACK}).status_code == 400


def test_a_broken_line_in_the_cache_is_not_trusted(story: Story, valkey: Redis) -> None:
    token = story.tokens()["access_token"]
    valkey.set(f"at:{token_cache.checksum(token)}", b"{")
    assert _call(f"Bearer {token}").status_code == 200
