"""Reviewed releases with real bundles, grants, and cars with a real head unit."""

import hashlib
import io
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from typing_extensions import override

from apps_registry import storage
from apps_registry.models import App, Bundle, PublisherKey, Release, Review
from forecourt.consent.models import Authorization, Grant, GrantItem
from forecourt.delivery import ceremony, jobs, planning, selectors
from forecourt.delivery.approval import KeyHolder
from forecourt.delivery.models import RepositoryVersion
from forecourt.delivery.selectors import Wanted
from forecourt.vehicles.models import Vehicle
from sandbox.client.head_unit import HeadUnit
from sandbox.client.identity import Facts
from tests import factories
from tests.apps_registry import samples

NOW = datetime.now(UTC).replace(microsecond=0)  # the stock client knows only the real time
BATTERY = "Vehicle.Powertrain.TractionBattery"
PLATFORM = "http://testserver"


def submitted(*, counter: int = 1, key: Ed25519PrivateKey = samples.KEY, **fields: Any) -> Release:
    """A release of Smart Charging that waits for a reviewer, with its bundle in the blob store."""
    version = f"1.0.{counter}"
    content = fields.pop("content", None) or samples.bundle(key=key, version=version)
    sha256 = hashlib.sha256(content).hexdigest()
    storage.from_settings().put(sha256, io.BytesIO(content))
    bundle, _ = Bundle.objects.get_or_create(sha256=sha256, defaults={"upload_sha256": sha256, "size": len(content)})
    app = App.objects.filter(slug="smart-charging").first() or factories.app()
    public = key.public_key().public_bytes_raw().hex()
    known = PublisherKey.objects.filter(public_key=public).first() or factories.publisher_key(app.publisher, key)
    values = {"version": version, "manifest": factories.manifest(app.slug, version), "bundle": bundle} | fields
    return factories.release(app, counter=counter, status="in_review", publisher_key=known, **values)


def approve(release: Release) -> Release:
    """Let somebody else approve the release."""
    Review.objects.create(
        release=release, reviewer=factories.user(), verdict="approved", reason="Does what it says.", decided_at=NOW
    )
    Release.objects.filter(pk=release.pk).update(status="approved")
    release.refresh_from_db()
    return release


def publish(approval: KeyHolder, **fields: Any) -> Release:
    """A release that is listed in the image repository."""
    release = approve(submitted(**fields))
    jobs.publish_images(now=NOW, approval=approval)
    release.refresh_from_db()
    return release


def withdraw(approval: KeyHolder, release: Release) -> None:
    """Take a release back."""
    Release.objects.filter(pk=release.pk).update(status="withdrawn")
    jobs.publish_images(now=NOW, approval=approval)


def grant(vehicle: Vehicle, app: App, **fields: Any) -> Grant:
    """A driver's permission to read the battery; nobody is told."""
    user = factories.user()
    shown = Release.objects.filter(app=app).first() or factories.release(app)
    authorization = Authorization.objects.create(user=user, app=app, release=shown, created_at=NOW)
    made = Grant.objects.create(
        **{"authorization": authorization, "app": app, "vehicle": vehicle, "created_at": NOW} | fields
    )
    pattern = f"{BATTERY}.StateOfCharge.Current"
    GrantItem.objects.create(grant=made, action="subscribe", pattern=pattern, purpose="smart-charging")
    return made


def order(vehicle: Vehicle, app: App) -> None:
    """Grant the app on the car and plan the car."""
    grant(vehicle, app)
    jobs.plan_vehicle(vehicle_id=vehicle.pk, now=NOW)


def force(vehicle: Vehicle, *releases: Release, **custom: Any) -> None:
    """Let a hijacked director order these releases, whatever people decided; keywords replace facts about them."""
    state = selectors.desired_state(vehicle, now=NOW)
    wanted = [Wanted(release=release, granted=()) for release in releases]
    state.targets = planning.director_targets(wanted)
    for target in state.targets.values():
        target["custom"] |= custom
    planning.sign_afresh(state, now=NOW)


class Founded:
    """Keeps the files and rows of one real first publication, and puts them back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[RepositoryVersion] = []

    def restore(self, blobs: Path, approval: KeyHolder) -> None:
        """Publish the first time, copy later."""
        if self._rows:
            shutil.copytree(self._folder, blobs, copy_function=os.link)
            RepositoryVersion.objects.bulk_create(self._rows)
            return
        jobs.publish_images(now=NOW, approval=approval)
        shutil.copytree(blobs, self._folder)
        self._rows = list(RepositoryVersion.objects.all())


class InProcess(httpx.BaseTransport):
    """Reaches the site without a socket, in the test's own transaction; `lies` answers instead of it."""

    def __init__(self) -> None:
        self.lies: dict[str, bytes] = {}

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand the request to Django's test client."""
        name = request.url.path.rpartition("/")[2]
        if name in self.lies:
            return httpx.Response(200, content=self.lies[name])
        answer = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("Content-Type", ""),
            headers={"Authorization": request.headers.get("Authorization", "")},
        )
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


class Car:
    """A head unit and the platform's row of it, talking HTTP in this process."""

    def __init__(self, home: Path, *, keys: Path, **fields: Any) -> None:
        row = factories.vehicle(**fields)
        ceremony.export_roots(keys, home / "roots")
        facts = Facts(
            vin="WMRTESTCAR0000001",
            make=row.make,
            model=row.model,
            year=row.year,
            head_unit_serial=row.head_unit_serial,
            hardware_id=row.hardware_id,
            price_area=row.price_area,
            data_source=row.data_source,
        )
        self.network = InProcess()
        self.head_unit = HeadUnit(home, facts=facts, platform=PLATFORM, roots=home / "roots", transport=self.network)
        Vehicle.objects.filter(pk=row.pk).update(public_key=self.head_unit.identity.public_key)
        self.row = Vehicle.objects.get(pk=row.pk)

    def refuses(self) -> str:
        """Look in, expect one refusal and nothing new, and answer the reason's name."""
        before = dict(self.head_unit.installed)
        result = self.head_unit.update(NOW)
        assert dict(self.head_unit.installed) == before
        assert result.installed == ()
        (refusal,) = result.refused
        return refusal[1].partition(":")[0]
