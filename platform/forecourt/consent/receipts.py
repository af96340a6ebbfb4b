"""Receipts: exactly what a driver was shown and ticked, or took back; one hash chain for each person."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from forecourt.accounts.models import User
from forecourt.consent.errors import ReceiptsBrokenError
from forecourt.consent.models import Authorization, ConsentReceipt
from sandbox.wire import canonical

FIRST: Final = "0" * 64


def write(*, authorization: Authorization, kind: str, document: Mapping[str, Any], now: datetime) -> ConsentReceipt:
    """Add a receipt to the person's chain, in the caller's transaction."""
    User.objects.select_for_update().get(pk=authorization.user_id)  # one writer at a time for each chain
    last = ConsentReceipt.objects.filter(user_id=authorization.user_id).order_by("-pk").first()
    receipt = ConsentReceipt(
        user_id=authorization.user_id,
        authorization=authorization,
        kind=kind,
        document=dict(document),
        at=now,
        prev_hash=last.hash if last else FIRST,
    )
    receipt.hash = fingerprint(receipt)
    receipt.save()
    return receipt


def verify(user: User) -> int:
    """Follow a person's chain; answers the number of receipts.

    Raises:
        ReceiptsBrokenError: one was changed, dropped or inserted.
    """
    expected, count = FIRST, 0
    for receipt in ConsentReceipt.objects.filter(user=user).order_by("pk"):
        if receipt.prev_hash != expected or receipt.hash != fingerprint(receipt):
            raise ReceiptsBrokenError(f"Receipt {receipt.pk} does not follow from the one before it.")
        expected, count = receipt.hash, count + 1
    return count


def fingerprint(receipt: ConsentReceipt) -> str:
    """The SHA-256 of a receipt's canonical form."""
    content = {
        "user": receipt.user_id,
        "authorization": str(receipt.authorization_id),
        "kind": receipt.kind,
        "document": receipt.document,
        "at": receipt.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "prev": receipt.prev_hash,
    }
    return canonical.digest(content)
