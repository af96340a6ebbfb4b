"""Receipts and the trail: every decision is kept, as it was shown, in a chain."""

import pytest
from django.db import connection
from django.utils import timezone

from apps_registry import trail
from apps_registry.models import TrailEvent
from forecourt.consent import receipts, services
from forecourt.consent.errors import (
    ReceiptsBrokenError,
)
from forecourt.consent.models import ConsentReceipt, Grant
from tests.consent.flow import Story


def test_every_decision_is_in_the_receipts_and_in_the_trail(story: Story) -> None:
    story.decide(decision="deny")
    story.tokens()
    services.revoke(grant_id=Grant.objects.get().pk, by=story.driver, now=timezone.now())
    assert [receipt.kind for receipt in ConsentReceipt.objects.order_by("pk")] == ["granted", "revoked"]
    assert receipts.verify(story.driver) == 2
    actions = set(TrailEvent.objects.values_list("action", flat=True))
    assert {"client.registered", "consent.denied", "consent.granted", "consent.revoked"} <= actions
    assert trail.verify() > 0


def test_a_receipt_says_what_was_shown_and_what_was_ticked(story: Story) -> None:
    story.tokens(item=[])
    document = ConsentReceipt.objects.get().document
    assert len(document["shown"]) == 3
    assert len(document["granted"]) == 2
    assert document["locale"] == "en"


def test_a_receipt_that_was_altered_breaks_the_chain(committed: Story) -> None:
    committed.tokens()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_consentreceipt DISABLE TRIGGER USER")
        cursor.execute("""UPDATE consent_consentreceipt SET document = jsonb_set(document, '{locale}', '"xx"')""")
        cursor.execute("ALTER TABLE consent_consentreceipt ENABLE TRIGGER USER")
    with pytest.raises(ReceiptsBrokenError):
        receipts.verify(committed.driver)
