"""Pausing: one app or a whole car, and who may let the data flow again."""

import pytest
from django.utils import timezone
from redis import Redis

from apps_registry.models import TrailEvent
from forecourt.accounts.models import User
from forecourt.consent import published, receipts, selectors, services
from forecourt.consent.errors import ConsentStoreSilentError, GrantNotFoundError, PausedByAnotherError
from forecourt.consent.models import Authorization, Grant
from tests import factories
from tests.consent.flow import Story
from tests.consent.listener import Listener, silence


def _second_app(story: Story, giver: User) -> Grant:
    """Another app on the first car, allowed by `giver`."""
    release, now = factories.release(factories.app(slug="night-watch")), timezone.now()
    given = Authorization.objects.create(user=giver, app=release.app, release=release, created_at=now)
    return Grant.objects.create(authorization=given, app=release.app, vehicle=story.cars[0], created_at=now)


def _driver_of(story: Story, role: str = "driver") -> User:
    """Somebody else with a role on the first car."""
    person = factories.user()
    story.cars[0].roles.create(user=person, role=role, valid_from=factories.NOW)
    return person


def _pause_all(story: Story, by: User | None = None) -> list[Grant]:
    return services.pause_all(vehicle=story.cars[0], by=by or story.driver, now=timezone.now())


def _resume_all(story: Story, by: User | None = None) -> list[Grant]:
    return services.resume_all(vehicle=story.cars[0], by=by or story.driver, now=timezone.now())


def _statuses() -> list[str]:
    return list(Grant.objects.order_by("app__slug").values_list("status", flat=True))


def test_one_tap_pauses_every_app_of_the_car_and_leaves_other_cars_alone(committed: Story, listener: Listener) -> None:
    committed.tokens(vehicle=[car.public_id for car in committed.cars])
    _second_app(committed, committed.driver)
    assert len(_pause_all(committed)) == 2
    assert selectors.collected_paths(committed.cars[0].pk) == []
    assert Grant.objects.get(vehicle=committed.cars[1]).status == "active"
    assert listener.kinds() == ["granted", "granted", "paused", "paused"]


def test_resuming_brings_back_what_was_paused(committed: Story, valkey: Redis) -> None:
    committed.tokens()
    _second_app(committed, committed.driver)
    _pause_all(committed)
    assert {grant.status for grant in _resume_all(committed)} == {"active"}
    for grant in Grant.objects.select_related("vehicle"):
        assert (grant.epoch, grant.paused_by) == (3, None)
        assert not valkey.exists(published.dead_key(grant.vehicle.public_id, str(grant.pk)))


def test_pausing_a_car_twice_changes_nothing_more(committed: Story) -> None:
    committed.tokens()
    _pause_all(committed)
    assert _pause_all(committed) == []
    assert Grant.objects.get().epoch == 2


def test_every_pause_is_in_the_receipts_and_in_the_trail(committed: Story) -> None:
    committed.tokens()
    _second_app(committed, committed.driver)
    _pause_all(committed)
    _resume_all(committed)
    assert receipts.verify(committed.driver) == 5
    actions = list(TrailEvent.objects.filter(action__in=["consent.paused", "consent.resumed"]).values("action"))
    assert len(actions) == 4


def test_an_owner_pauses_for_everybody_and_a_driver_for_themselves(committed: Story) -> None:
    committed.tokens()
    _second_app(committed, guest := _driver_of(committed))
    _pause_all(committed, guest)
    assert _statuses() == ["paused", "active"]
    _pause_all(committed)
    assert _statuses() == ["paused", "paused"]


def test_only_who_paused_an_app_resumes_it(committed: Story) -> None:
    guest = _driver_of(committed)
    grant = _second_app(committed, guest)
    services.pause(grant_id=grant.pk, by=guest, now=timezone.now())
    with pytest.raises(PausedByAnotherError):
        services.resume(grant_id=grant.pk, by=committed.driver, now=timezone.now())
    assert _resume_all(committed) == []
    assert services.resume(grant_id=grant.pk, by=guest, now=timezone.now()).status == "active"


def test_who_no_longer_decides_for_the_car_pauses_but_does_not_resume(committed: Story) -> None:
    committed.tokens()
    committed.cars[0].roles.update(valid_to=timezone.now())
    assert len(_pause_all(committed)) == 1
    assert _resume_all(committed) == []
    with pytest.raises(PausedByAnotherError):
        services.resume(grant_id=Grant.objects.get().pk, by=committed.driver, now=timezone.now())


@pytest.mark.parametrize("role", ["driver", "passenger"])
def test_others_in_the_car_pause_nothing_that_they_did_not_allow(committed: Story, role: str) -> None:
    committed.tokens()
    person = _driver_of(committed, role)
    assert _pause_all(committed, person) == []
    with pytest.raises(GrantNotFoundError):
        services.pause(grant_id=Grant.objects.get().pk, by=person, now=timezone.now())
    assert Grant.objects.get().status == "active"


def test_nothing_is_paused_while_the_streams_cannot_be_told(committed: Story) -> None:
    committed.tokens()
    with silence(), pytest.raises(ConsentStoreSilentError):
        _pause_all(committed)
    assert Grant.objects.get().status == "active"
