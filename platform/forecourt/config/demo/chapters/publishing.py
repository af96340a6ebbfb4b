"""The developer builds and uploads the app; it is vetted, reviewed and signed."""

from typing import Any

from forecourt.config.demo import people, places
from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.forms import Fields
from forecourt.config.demo.stage import APP, Stage

RELEASE = f"/developer/apps/{APP}/releases/1.0.0/"


def start_build(stage: Stage) -> None:
    """The developer makes a signing key and starts to build the sample from its source."""
    key, bundle = stage.work / "nordlys.key", stage.work / "smart-charging.zip"
    key.unlink(missing_ok=True)
    processes = stage.site.processes
    processes.run("keygen", ["-m", "sandbox.samples.toolchain", "keygen", str(key)])
    stage.notes["public_key"] = processes.tail("keygen").split()[-1]
    cache = stage.site.cache / "build"
    build = ["-m", "sandbox.samples.toolchain", "build", str(places.SAMPLE)]
    stage.notes["build"] = processes.start(
        "build", [*build, "--key", str(key), "--out", str(bundle), "--cache", str(cache)], errand=True
    )
    stage.notes["bundle"] = bundle


def register(stage: Stage) -> None:
    """The developer adds the key, registers the app, and notes the credentials that are shown once."""
    developer = stage.person(people.DEVELOPER)
    developer.send("/developer/keys/", {"public_key": stage.notes["public_key"]}, form="/developer/")
    cloud = f"http://127.0.0.1:{stage.options.cloud_port}"
    app = {
        "name": "Smart Charging",
        "slug": APP,
        "summary": "Charges overnight when electricity is cheapest.",
        "category": "energy",
        "login_uri": f"{cloud}/start",
        "redirect_uri": f"{cloud}/callback",
    }
    stage.notes["credentials"] = developer.credentials(developer.send("/developer/apps/new/", app))


def upload(stage: Stage) -> None:
    """The developer uploads the finished bundle; the registry repacks, checks and vets it."""
    if stage.site.processes.finish("build"):
        raise StoryError(f"The sample app was not built.\n{stage.site.processes.tail('build')}")
    developer = stage.person(people.DEVELOPER)
    with stage.notes["bundle"].open("rb") as bundle:
        files = {"bundle": ("smart-charging.zip", bundle, "application/zip")}
        developer.send(f"/developer/apps/{APP}/releases/new/", {}, files=files)
    stage.until(lambda: _release(stage)["status"] in {"in_review", "rejected"}, "The analysis", seconds=120)
    stage.result.findings = len(_release(stage)["findings"])


def review(stage: Stage) -> None:
    """The reviewer looks at permissions and findings and approves; the signer signs it into the repository."""
    reviewer = stage.person(people.REVIEWER)
    queue = Fields(reviewer.open("/review/").text).links("/review/")
    if not queue:
        raise StoryError(f"Nothing waits for review; the release is {_release(stage)}.")
    verdict = {"verdict": "approved", "reason": "Reads the battery, shows a calm card, charges only when asked."}
    reviewer.send(f"{queue[0]}decide/", verdict, form=queue[0])
    stage.until(lambda: _release(stage)["status"] == "published", "Signing and publishing", seconds=30)


def _release(stage: Stage) -> dict[str, Any]:
    answer = stage.person(people.DEVELOPER).open(RELEASE, headers={"Accept": "application/json"})
    release: dict[str, Any] = answer.json()
    return release
