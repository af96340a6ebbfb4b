"""Plays the chapters in order and shows where the story is."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.status import Status

from forecourt.config.demo import processes
from forecourt.config.demo.chapters import consenting, driving, leaving, partners, publishing
from forecourt.config.demo.errors import StoryError
from forecourt.config.demo.stage import Result, Stage

Step = Callable[[Stage], None]
STEPS: Final[tuple[tuple[str, Step], ...]] = (
    ("Nora starts to build the app from source", publishing.start_build),
    ("Two head units come to life in the factory", consenting.start_cars),
    ("Meridian Motors admits Nordlys Apps and Fjord Energi", partners.gather),
    ("Fjord Energi pushes two days of quarter-hour prices", partners.push_prices),
    ("Nora registers Smart Charging", publishing.register),
    ("Meridian Motors enrols the cars", consenting.enrol_cars),
    ("Nora uploads the bundle; it is repacked, checked and vetted", publishing.upload),
    ("Rune reviews and approves; the signer signs", publishing.review),
    ("Dana pairs her cars", consenting.pair),
    ("The app's cloud half starts", consenting.start_cloud),
    ("Dana installs from the store and consents, item by item", consenting.consent),
    ("The cars fetch, verify, install and report", consenting.install),
    ("The cars drive and stream; the app reads what it may", driving.drive),
    ("Plugged in overnight, the app charges when it is cheap", driving.charge),
    ("The card is on dash, phone and desk", driving.look),
    ("Dana revokes for one car; its stream ends", leaving.revoke),
    ("What was metered", driving.count),
)


def play(stage: Stage, console: Console) -> Result:
    """Play every step.

    Raises:
        StoryError: a step did not happen.
        ChildDiedError: a process of the demo ended.
    """
    with _memory_peak() as peak, console.status("") as status:
        for words, step in STEPS:
            _play_one(stage, words, step, console, status)
        stage.result.peak_rss_mib = peak[0]
    if missing := stage.result.missing():
        raise StoryError("It did not happen that " + "; that ".join(missing) + ".")
    return stage.result


def _play_one(stage: Stage, words: str, step: Step, console: Console, status: Status) -> None:
    began = time.monotonic()
    status.update(words)
    try:
        step(stage)
    except StoryError as error:
        raise StoryError(f"{words}: {error}") from error
    console.print(f"[green]✓[/] {words} [dim]{time.monotonic() - began:.1f} s[/]")


@contextmanager
def _memory_peak() -> Iterator[list[int]]:
    """Sample the memory of all processes twice a second; the list's one number is the peak in MiB."""
    peak, over = [0], threading.Event()

    def sample() -> None:
        while not over.wait(0.5):
            peak[0] = max(peak[0], processes.resident_mib())

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()
