"""Apps' own icons: taken out of the bundle when the limited child opens it for vetting, then blobs of their own."""

import io
from collections.abc import Mapping
from uuid import UUID

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from apps_registry import storage
from apps_registry.models import App, Bundle, Release
from sandbox.wire import bundles


def keep(bundle: Bundle, files: Mapping[str, bytes]) -> None:
    """Keep the icon that the upload was said to have, if any; the child checked that it holds nothing but shapes.

    Raises:
        HashMismatchError: it is another one than at the upload.
        BlobStoreUnavailableError: the store did not answer.
    """
    if bundle.icon_sha256:
        storage.from_settings().put(bundle.icon_sha256, io.BytesIO(files[bundles.ICON]))


def read(sha256: str) -> bytes:
    """The bytes of a kept icon, or BlobNotFoundError."""
    with storage.from_settings().open(sha256) as blob:
        return blob.read(bundles.MAX_SIDE_FILE)


def choose(app_id: UUID) -> None:
    """Give an app the icon of its newest published release; call this when one comes or goes."""
    published = Release.objects.filter(app=OuterRef("pk"), status=Release.Status.PUBLISHED)
    newest = Subquery(published.order_by("-counter").values("bundle__icon_sha256")[:1])
    App.objects.filter(pk=app_id).update(icon_sha256=Coalesce(newest, Value("")))
