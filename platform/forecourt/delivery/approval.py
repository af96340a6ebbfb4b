"""What the signer process does: it looks up the review decision itself and signs bins of the image repository.

Nobody can hand it bytes to sign. The caller names releases; for each of them the signer reads, in its own database
session, the release, its review and its bundle, and builds the target from these rows.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import msgspec
from securesystemslib.signer import Signer
from tuf.api.metadata import TargetFile

from apps_registry.models import Release, Review
from forecourt.delivery import repository
from forecourt.delivery.errors import ApprovalRefusedError
from sandbox.wire import bundles, canonical, manifest
from sandbox.wire.errors import WireError
from sandbox.wire.metadata import MustMatch

APPROVED: Final = (Release.Status.APPROVED, Release.Status.PUBLISHED)
Bins = Mapping[str, list[UUID]]


class ApprovalSigner(Protocol):
    """Signs bins with the approval key, wherever that key is."""

    def sign_bins(self, bins: Bins, *, version: int, now: datetime) -> dict[str, bytes]:
        """The signed file of every bin, each listing exactly the named releases.

        Raises:
            ApprovalRefusedError: a release has no approving review, or does not belong there.
            SignerUnavailableError: the signer does not answer.
        """


class KeyHolder:
    """Signs with the approval key in this process; only the signer process makes one."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def sign_bins(self, bins: Bins, *, version: int, now: datetime) -> dict[str, bytes]:
        """Check every release and sign the bins."""
        targets = {release.pk: approved_target(release) for release in _releases(bins)}
        expires = now.replace(microsecond=0) + repository.BIN_LIFE
        return {
            name: repository.make_bin(
                [_placed(targets, release_id, bin_name=name) for release_id in ids],
                version=version,
                expires=expires,
                signer=self._signer,
            )
            for name, ids in bins.items()
        }


def approved_target(release: Release) -> TargetFile:
    """The target of a release that may be installed.

    Raises:
        ApprovalRefusedError: it was not approved by somebody else, names an app or publisher that is not its own, or
            its manifest does not hold any more: the signal catalog may have changed since it was approved.
    """
    review = Review.objects.filter(release=release, verdict=Review.Verdict.APPROVED).first()
    if release.status not in APPROVED or review is None:
        raise ApprovalRefusedError(f"{release.pk}: no approving review.")
    if review.reviewer_id == release.submitted_by_id:
        raise ApprovalRefusedError(f"{release.pk}: reviewed by its own submitter.")
    if release.manifest["app"] != release.app.slug or release.manifest["publisher"] != release.app.publisher.namespace:
        raise ApprovalRefusedError(f"{release.pk}: outside its publisher's namespace.")
    if release.publisher_key.publisher_id != release.app.publisher_id or release.publisher_key.revoked_at:
        raise ApprovalRefusedError(f"{release.pk}: the publisher's key is not good.")
    try:
        return target_of(release)
    except WireError as error:
        raise ApprovalRefusedError(f"{release.pk}: {error}.") from error


def path_of(release: Release) -> str:
    """The name of a release's bundle in both repositories."""
    return bundles.target_path(app=release.app.slug, version=release.version, counter=release.counter)


def target_of(release: Release) -> TargetFile:
    """How both repositories name a release's bundle."""
    return TargetFile(
        length=release.bundle.size,
        hashes={"sha256": release.bundle_id},
        path=path_of(release),
        unrecognized_fields={"custom": msgspec.json.decode(msgspec.json.encode(shared_custom(release)))},
    )


def shared_custom(release: Release) -> MustMatch:
    """What both repositories must say alike about a release."""
    facts = manifest.parse(canonical.dumps(release.manifest))
    return MustMatch(
        app=release.app.slug,
        version=release.version,
        counter=release.counter,
        hardware_ids=tuple(facts.vehicles.hardware_ids),
        minimum_runtime=facts.vehicles.minimum_runtime,
        permissions_digest=facts.permission_digest(),
        publisher=release.app.publisher.namespace,
        publisher_key=release.publisher_key.public_key,
    )


def _releases(bins: Bins) -> Iterable[Release]:
    wanted = {release_id for ids in bins.values() for release_id in ids}
    return Release.objects.select_related("app__publisher", "bundle", "publisher_key").filter(pk__in=wanted)


def _placed(targets: Mapping[UUID, TargetFile], release_id: UUID, *, bin_name: str) -> TargetFile:
    if release_id not in targets:
        raise ApprovalRefusedError(f"{release_id}: there is no such release.")
    target = targets[release_id]
    if repository.bin_of(target.path) != bin_name:
        raise ApprovalRefusedError(f"{release_id}: does not belong to {bin_name[:20]}.")
    return target
