"""What workers do for delivery."""

from datetime import datetime
from uuid import UUID

from apps_registry import services as registry
from apps_registry import storage
from apps_registry.models import Release
from forecourt.delivery import keys, planning, selectors, signer
from forecourt.delivery.approval import ApprovalSigner
from forecourt.delivery.publishing import Publisher
from forecourt.delivery.states import State


def publish_images(*, now: datetime, approval: ApprovalSigner | None = None) -> list[UUID]:
    """Bring the image repository up to date; answers the cars whose desired state may change.

    Raises:
        SignerUnavailableError: the signer process does not answer.
        ApprovalRefusedError: it refused a release.
        PublishingContendedError: other publishers were always faster.
    """
    leaving = list(selectors.to_remove().values_list("release__app_id", flat=True))
    publisher = Publisher(
        store=storage.from_settings(), keys=keys.from_settings(), approval=approval or signer.from_settings()
    )
    publisher.publish(now=now)
    return selectors.vehicles_with([*leaving, *announce(now=now)])


def announce(*, now: datetime) -> list[UUID]:
    """Tell the registry which releases can be fetched now; answers their apps."""
    listed = selectors.to_announce()
    for release_id in listed:
        registry.mark_published(release_id=release_id, now=now)
    return list(Release.objects.filter(pk__in=listed).values_list("app_id", flat=True))


def plan_vehicle(*, vehicle_id: UUID, now: datetime) -> bool:
    """Recompute one car's desired state; answers whether it changed."""
    return planning.plan(vehicle_id=vehicle_id, now=now)


def count_lost(*, now: datetime) -> int:
    """Give up deliveries whose car was silent past the deadline; answers how many."""
    overdue = selectors.overdue(now=now)
    return overdue.update(state=State.LOST, reason="The car did not report in time.", changed_at=now)
