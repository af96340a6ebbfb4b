"""Taking a permission back: silent first, then true, and never half."""

import threading
import time
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models.signals import post_save
from django.utils import timezone
from redis import Redis

from forecourt.accounts.models import Organisation
from forecourt.consent import decisions, jobs, published, selectors, services, tasks
from forecourt.consent.errors import (
    ConsentStoreSilentError,
    GrantNotFoundError,
    GrantNotLiveError,
)
from forecourt.consent.models import AccessToken, AuthorizationCode, Grant, RefreshToken
from forecourt.consent.published import PublishedGrant
from forecourt.consent.signals import grants_changed
from tests import factories
from tests.consent.flow import SOC, Story
from tests.consent.listener import Listener, silence


def _revoke(story: Story, grant: Grant) -> services.Revoked:
    return services.revoke(grant_id=grant.pk, by=story.driver, now=timezone.now())


def _stored(valkey: Redis, grant: Grant) -> PublishedGrant | None:
    raw = valkey.get(published.grant_key(grant.vehicle.public_id, str(grant.pk)))
    return msgspec.json.decode(raw, type=PublishedGrant) if isinstance(raw, bytes) else None


def _is_dead(valkey: Redis, grant: Grant) -> bool:
    return bool(valkey.exists(published.dead_key(grant.vehicle.public_id, str(grant.pk))))


def test_a_grant_is_published_when_it_is_committed(committed: Story, valkey: Redis, listener: Listener) -> None:
    committed.tokens()
    grant = Grant.objects.get()
    stored = _stored(valkey, grant)
    assert stored is not None
    assert (stored.app, stored.epoch, stored.status) == ("smart-charging", 1, "active")
    assert {rule.path for rule in stored.items} >= {SOC.partition(":")[2]}
    assert grant.expires_at is not None
    assert stored.exp == int(grant.expires_at.timestamp())
    assert valkey.hgetall(published.vehicle_key(stored.vehicle)) == {b"area": b"DK1", b"source": b"simulated"}
    change = listener.next()
    assert (change.kind, change.epoch, change.grant) == ("granted", 1, str(grant.pk))


def test_a_revoked_grant_is_silent_at_once_and_gone_for_good(
    committed: Story, valkey: Redis, listener: Listener
) -> None:
    tokens = committed.tokens()
    grant = Grant.objects.get()
    listener.next()
    revoked = _revoke(committed, grant)
    change = listener.next()
    assert (change.kind, change.epoch, change.at) == ("revoked", 2, revoked.at.timestamp())
    assert _is_dead(valkey, grant)
    assert _stored(valkey, grant) is None
    assert not valkey.smembers(published.grants_key(grant.vehicle.public_id))
    assert (Grant.objects.get().status, revoked.epoch) == ("revoked", 2)
    assert selectors.token_facts(tokens["access_token"]) is None
    assert committed.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_tombstone_stands_before_the_database_knows(committed: Story, valkey: Redis) -> None:
    committed.tokens()
    grant = Grant.objects.get()
    revoking = threading.Thread(target=_in_thread, args=(lambda: _revoke(committed, grant),))
    with _row_held(grant):
        revoking.start()
        deadline = time.monotonic() + 3
        while not _is_dead(valkey, grant) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert _is_dead(valkey, grant)
        assert Grant.objects.get().status == "active"
    revoking.join()
    assert Grant.objects.get().status == "revoked"


def test_a_revocation_that_fails_in_the_database_lifts_the_tombstone(
    committed: Story, valkey: Redis, listener: Listener
) -> None:
    token = committed.tokens()["access_token"]
    grant = Grant.objects.get()

    def fail(**_signal: Any) -> None:
        raise RuntimeError

    post_save.connect(fail, sender=Grant)
    try:
        with pytest.raises(RuntimeError):
            _revoke(committed, grant)
    finally:
        post_save.disconnect(fail, sender=Grant)
    assert not _is_dead(valkey, grant)
    assert _stored(valkey, grant) is not None
    assert listener.kinds() == ["granted", "revoked", "resumed"]
    assert selectors.token_facts(token) is not None


def test_nothing_changes_while_the_streams_cannot_be_told(committed: Story) -> None:
    committed.tokens()
    grant = Grant.objects.get()
    with silence(), pytest.raises(ConsentStoreSilentError):
        _revoke(committed, grant)
    assert Grant.objects.get().status == "active"


def test_revoking_twice_answers_as_the_first_time(committed: Story) -> None:
    committed.tokens()
    grant = Grant.objects.get()
    assert _revoke(committed, grant) == _revoke(committed, grant)


def test_only_who_gave_a_grant_or_owns_the_car_may_take_it_back(story: Story) -> None:
    story.tokens()
    grant = Grant.objects.get()
    with pytest.raises(GrantNotFoundError):
        services.revoke(grant_id=grant.pk, by=factories.user(), now=timezone.now())
    story.cars[0].roles.update(valid_to=timezone.now())
    new_owner = factories.user()
    story.cars[0].roles.create(user=new_owner, role="owner", valid_from=factories.NOW)
    assert services.revoke(grant_id=grant.pk, by=new_owner, now=timezone.now()).epoch == 2


def test_a_token_lives_on_for_the_cars_that_are_left(committed: Story) -> None:
    tokens = committed.tokens(vehicle=[car.public_id for car in committed.cars])
    _revoke(committed, Grant.objects.get(vehicle=committed.cars[0]))
    facts = selectors.token_facts(tokens["access_token"])
    assert facts is not None
    assert list(facts.grants) == [committed.cars[1].public_id]


def test_a_code_that_is_still_on_its_way_dies_with_the_grant(committed: Story) -> None:
    code = committed.code()
    _revoke(committed, Grant.objects.get())
    assert not AuthorizationCode.objects.exists()
    assert committed.exchange(code).json()["error"] == "invalid_grant"
    assert not AccessToken.objects.exists()


def test_allowing_again_supersedes_the_old_grant(committed: Story, valkey: Redis, listener: Listener) -> None:
    old_token = committed.tokens()["access_token"]
    old = Grant.objects.get()
    new_token = committed.tokens(item=[])["access_token"]
    new = Grant.objects.exclude(pk=old.pk).get()
    old.refresh_from_db()
    assert (old.status, new.status) == ("superseded", "active")
    assert _is_dead(valkey, old)
    assert not _is_dead(valkey, new)
    assert listener.kinds() == ["granted", "revoked", "granted"]
    assert selectors.token_facts(old_token) is None
    assert selectors.token_facts(new_token) is not None


def test_of_two_pages_that_allow_at_once_one_wins(committed: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    forms, check = [committed.form(committed.ask()) for _ in range(2)], decisions.check

    def overtaken(*args: Any, **named: Any) -> decisions.Decision:
        checked = check(*args, **named)
        monkeypatch.undo()
        assert committed.browser.post("/o/authorize/", forms[1]).status_code == 302
        return checked

    monkeypatch.setattr(decisions, "check", overtaken)
    assert committed.browser.post("/o/authorize/", forms[0]).status_code == 409
    assert Grant.objects.get().status == "active"


def test_a_tampered_form_leaves_the_old_grant_alone(committed: Story, valkey: Redis) -> None:
    committed.tokens()
    assert committed.decide(item=["9"]).status_code == 400
    assert not _is_dead(valkey, Grant.objects.get())


def test_a_pause_stops_the_data_until_it_is_resumed(committed: Story, valkey: Redis, listener: Listener) -> None:
    committed.tokens()
    grant = Grant.objects.get()
    services.pause(grant_id=grant.pk, by=committed.driver, now=timezone.now())
    paused = _stored(valkey, grant)
    assert paused is not None
    assert (paused.status, paused.epoch) == ("paused", 2)
    assert selectors.collected_paths(grant.vehicle_id) == []
    services.resume(grant_id=grant.pk, by=committed.driver, now=timezone.now())
    resumed = _stored(valkey, grant)
    assert resumed is not None
    assert (resumed.status, resumed.epoch, _is_dead(valkey, grant)) == ("active", 3, False)
    assert listener.kinds() == ["granted", "paused", "resumed"]


def test_what_was_revoked_before_it_could_be_published_stays_silent(committed: Story, valkey: Redis) -> None:
    committed.tokens()
    grant = Grant.objects.get()
    services.pause(grant_id=grant.pk, by=committed.driver, now=timezone.now())
    with transaction.atomic():
        transaction.on_commit(lambda: _revoke(committed, grant))  # between our commit and our publishing
        services.resume(grant_id=grant.pk, by=committed.driver, now=timezone.now())
    assert Grant.objects.get().status == "revoked"
    assert _stored(valkey, grant) is None
    assert _is_dead(valkey, grant)


def test_what_does_not_run_cannot_be_paused_or_resumed(story: Story) -> None:
    story.tokens()
    grant = Grant.objects.get()
    with pytest.raises(GrantNotLiveError):
        services.resume(grant_id=grant.pk, by=story.driver, now=timezone.now())
    _revoke(story, grant)
    with pytest.raises(GrantNotLiveError):
        services.pause(grant_id=grant.pk, by=story.driver, now=timezone.now())


def test_a_grant_expires_by_the_clock(committed: Story, valkey: Redis, listener: Listener) -> None:
    committed.tokens(expiry="1d")
    now = timezone.now()
    assert jobs.expire_grants(now=now) == 0
    assert jobs.expire_grants(now=now + timedelta(days=2)) == 1
    grant = Grant.objects.get()
    assert (grant.status, grant.epoch) == ("expired", 2)
    assert _is_dead(valkey, grant)
    assert listener.kinds() == ["granted", "expired"]


def test_an_expired_grant_opens_nothing_even_before_the_clock_was_read(story: Story) -> None:
    token = story.tokens()["access_token"]
    Grant.objects.update(expires_at=timezone.now())
    facts = selectors.token_facts(token)
    assert facts is not None
    assert facts.grants == {}
    assert selectors.collected_paths(story.cars[0].pk) == []
    assert selectors.live_grant(story.app, story.cars[0]) is None


def test_all_grants_come_back_after_valkey_lost_its_memory(committed: Story, valkey: Redis) -> None:
    committed.tokens()
    valkey.flushdb()
    assert jobs.publish_grants(now=timezone.now()) == 1
    assert _stored(valkey, Grant.objects.get()) is not None


def test_the_same_can_be_asked_for_by_hand(committed: Story, capsys: pytest.CaptureFixture[str]) -> None:
    committed.tokens()
    call_command("publish_grants")
    assert capsys.readouterr().out == "1 live grants published.\n"


def test_the_queue_runs_the_jobs(committed: Story, valkey: Redis) -> None:
    committed.tokens(expiry="1d")
    Grant.objects.update(expires_at=timezone.now())
    for task in (tasks.expire_grants, tasks.publish_grants, tasks.clear_old):
        task()
    assert Grant.objects.get().status == "expired"
    assert not list(valkey.scan_iter("grants:*"))


def test_a_rebuild_buries_what_the_database_ended(committed: Story, valkey: Redis) -> None:
    committed.tokens()
    grant = Grant.objects.get()
    Grant.objects.update(status="revoked")
    assert jobs.publish_grants(now=timezone.now()) == 0
    assert _stored(valkey, grant) is None
    assert _is_dead(valkey, grant)


def test_a_rebuild_lifts_an_old_tombstone_but_not_a_fresh_one(committed: Story, valkey: Redis) -> None:
    committed.tokens()
    grant, now = Grant.objects.get(), timezone.now()
    key = published.dead_key(grant.vehicle.public_id, str(grant.pk))
    valkey.set(key, repr(now.timestamp()))
    jobs.publish_grants(now=now)
    assert _is_dead(valkey, grant)
    jobs.publish_grants(now=now + timedelta(minutes=5))
    assert not _is_dead(valkey, grant)


def test_the_floors_above_hear_of_every_change(committed: Story) -> None:
    heard: list[list[Any]] = []

    def hear(vehicle_ids: list[Any], **_signal: Any) -> None:
        heard.append(vehicle_ids)

    grants_changed.connect(hear)
    committed.tokens(vehicle=[car.public_id for car in committed.cars])
    _revoke(committed, Grant.objects.get(vehicle=committed.cars[0]))
    grants_changed.disconnect(hear)
    assert [car.pk for car in committed.cars] in heard
    assert heard[-1] == [committed.cars[0].pk]


def test_a_floor_that_fails_keeps_no_other_from_hearing(committed: Story) -> None:
    heard: list[Any] = []

    def fail(**_signal: Any) -> None:
        raise RuntimeError

    def hear(vehicle_ids: list[Any], **_signal: Any) -> None:
        heard.append(vehicle_ids)

    grants_changed.connect(fail)
    grants_changed.connect(hear)
    committed.tokens()
    grants_changed.disconnect(fail)
    grants_changed.disconnect(hear)
    assert [committed.cars[0].pk] in heard


def test_a_car_sends_only_what_is_granted(story: Story) -> None:
    story.tokens(item=[])
    assert selectors.collected_paths(story.cars[0].pk) == [SOC.partition(":")[2]]
    assert selectors.collected_paths(story.cars[1].pk) == []


def test_a_cached_token_is_forgotten_when_its_row_goes(committed: Story, valkey: Redis) -> None:
    token = committed.tokens()["access_token"]
    selectors.token_facts(token)
    assert list(valkey.scan_iter("at:*"))
    _revoke(committed, Grant.objects.get())
    assert not list(valkey.scan_iter("at:*"))


def test_of_two_refreshes_at_once_one_wins(committed: Story) -> None:
    first = committed.tokens()["refresh_token"]
    answers = _at_once(lambda: committed.refresh(first).status_code)
    assert sorted(answers) == [200, 400]
    assert RefreshToken.objects.filter(revoked__isnull=True).count() <= 1


def test_of_two_who_redeem_a_code_at_once_one_wins(committed: Story) -> None:
    code = committed.code()
    assert sorted(_at_once(lambda: committed.exchange(code).status_code)) == [200, 400]
    assert AccessToken.objects.count() == 1
    assert not AuthorizationCode.objects.exists()


def test_old_requests_and_tokens_are_cleared(story: Story) -> None:
    story.tokens()
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=90))
    jobs.clear_old(now=timezone.now() + timedelta(days=2))
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.exists()


def test_a_suspension_reaches_a_cached_token_within_half_a_minute(story: Story, valkey: Redis) -> None:
    token = story.tokens()["access_token"]
    selectors.token_facts(token)
    Organisation.objects.filter(slug="nordlys-apps").update(status="suspended")
    (key,) = valkey.scan_iter("at:*")
    assert 0 < int(str(valkey.ttl(key))) <= 30


def _row_held(grant: Grant) -> Any:
    """Another transaction that holds the grant's row until the block ends."""
    held = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None, "context": None})
    held.execute("SELECT 1 FROM consent_grant WHERE id = %s FOR UPDATE", [grant.pk])
    return held


def _in_thread(work: Any) -> None:
    try:
        work()
    finally:
        connection.close()


def _at_once(work: Any) -> list[Any]:
    barrier, answers = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        answers.append(work())

    threads = [threading.Thread(target=_in_thread, args=(run,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
