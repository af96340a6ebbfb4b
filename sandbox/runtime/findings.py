"""Turns the report of a vetting run into findings: pure rules, each with its evidence and a way to mend it."""

from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from sandbox.runtime.grants import READING, granted_of
from sandbox.runtime.messages import Report
from sandbox.wire import cards, wit
from sandbox.wire.manifest import Manifest

Severity = Literal["error", "warning", "note"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One result of vetting: an error refuses the release, a warning asks the reviewer, a note informs."""

    rule: str
    severity: Severity
    text: str
    evidence: dict[str, object] = {}
    hint: str = ""


Rule = Callable[[Report, Manifest], Iterator[Finding]]

# What stopped the app → rule, what happened, how to mend it.
STOPS: Final = {
    "INVALID": (
        "component.invalid",
        "app.wasm is not a component of our contract.",
        "Build it with a tool chain for WebAssembly components; a core module is not enough.",
    ),
    "UNDECLARED_IMPORT": (
        "component.undeclared-import",
        "The component imports what its manifest does not ask for.",
        "Ask for the permission in manifest.json, or build without the import; for Python with --stub-wasi.",
    ),
    "UNKNOWN_IMPORT": (
        "component.unknown-import",
        "The component imports something that no car offers.",
        "Build it for the world that the tool chain writes from your manifest; for Python with --stub-wasi.",
    ),
    "WRONG_TYPE": (
        "component.wrong-types",
        "The component uses the contract's names with other types.",
        "Build it against vehicle.wit as it is published.",
    ),
    "OUT_OF_FUEL": (
        "run.out-of-fuel",
        "The app did not finish an event within its fuel: an endless loop, or far too much work.",
        "Do less in one event; raise limits.fuel_per_event only if the work is needed.",
    ),
    "DEADLINE": (
        "run.deadline",
        "The app did not finish an event in time.",
        "Do less in one event.",
    ),
}
MEMORY: Final = (
    "run.memory",
    "The app needs more memory than its manifest says.",
    "Use less memory, or raise limits.memory_mib.",
)
STOPS_BY_FAMILY: Final = {"MEMORY_LIMIT": MEMORY, "TABLE_LIMIT": MEMORY, "RESOURCE_LIMIT": MEMORY}
TOO_COSTLY: Final = (
    "component.too-costly",
    "Reading or compiling the component took more time or memory than the sandbox gives.",
    "Make the component smaller; split very large functions.",
)
STOPPED: Final = ("run.stopped", "The app was stopped.", "Run it against a replay of your own and mend the fault.")


def findings(report: Report, manifest: Manifest) -> list[Finding]:
    """Everything worth telling about a run, errors first."""
    found = [finding for rule in RULES for finding in rule(report, manifest)]
    return sorted(found, key=lambda finding: ("error", "warning", "note").index(finding.severity))


def undeclared_imports(report: Report, manifest: Manifest) -> Iterator[Finding]:
    """The import list is the list of what the component can do; the manifest must say all of it."""
    asked = {wit.import_name(name) for name in wit.interfaces(manifest.scopes, surfaces=manifest.surfaces)}
    if more := sorted(set(report.imports) - asked):
        yield Finding(
            rule="component.undeclared-import",
            severity="error",
            text=f"The component imports {', '.join(more[:5])}, which its manifest does not ask for.",
            evidence={"imports": more[:20]},
            hint="Ask for the permission in manifest.json, or build without the import.",
        )


def missing_imports(report: Report, manifest: Manifest) -> Iterator[Finding]:
    """A permission without its import can only be for the half of the app that runs elsewhere."""
    asked = {wit.import_name(name) for name in wit.interfaces(manifest.scopes, surfaces=manifest.surfaces)}
    unused = sorted(asked - set(report.imports) - {wit.import_name("log")})
    if report.imports and unused:
        yield Finding(
            rule="component.unused-permission",
            severity="note",
            text=f"The component does not import {', '.join(unused)}, though its manifest asks for it.",
            evidence={"imports": unused},
            hint="Drop the permission if the app does not need it elsewhere.",
        )


def stop(report: Report, _manifest: Manifest) -> Iterator[Finding]:
    """An app that does not come to the end of a replay is refused."""
    if not report.stopped:
        return
    known, otherwise = STOPS | STOPS_BY_FAMILY, STOPPED if report.stage == "run" else TOO_COSTLY
    rule, text, hint = known.get(report.stopped, otherwise)
    if report.stage == "contract" and report.stopped in STOPS:
        text = f"{text.removesuffix('.')}: {report.text}."
    evidence = {"code": report.stopped, "stage": report.stage, "tick": report.ticks, "text": report.text}
    yield Finding(rule=rule, severity="error", text=text, evidence=evidence, hint=hint)


def undeclared_reads(report: Report, _manifest: Manifest) -> Iterator[Finding]:
    """Asking for what was not declared is harmless in the car, but a reviewer wants to know why."""
    if report.denied:
        yield Finding(
            rule="run.undeclared-signal",
            severity="warning",
            text=f"The app asked for {len(report.denied)} signals that its manifest does not name; it was refused.",
            evidence={"denied": dict(report.denied)},
            hint="Name the signal in manifest.json, or do not ask for it.",
        )


def unused_grants(report: Report, manifest: Manifest) -> Iterator[Finding]:
    """A permission that a whole drive and night do not use may not be needed."""
    reading = {str(scope): granted_of([scope]).readable for scope in manifest.scopes if scope.action in READING}
    unused = [scope for scope, paths in reading.items() if not paths & report.used.keys()]
    if unused and not report.stopped:
        yield Finding(
            rule="run.unused-permission",
            severity="note",
            text=f"The component used {len(reading) - len(unused)} of {len(reading)} reading permissions.",
            evidence={"unused": unused},
            hint="Drop the permission if the app does not need it elsewhere.",
        )


def app_errors(report: Report, _manifest: Manifest) -> Iterator[Finding]:
    """Errors that the app itself reported."""
    if report.error_count:
        yield Finding(
            rule="run.app-errors",
            severity="warning",
            text=f"The app answered {report.error_count} of {report.ticks} events with an error.",
            evidence={"first": [{"tick": tick, "text": text} for tick, text in report.errors[:5]]},
            hint="Handle the case, or answer without an error.",
        )


def unlawful_cards(report: Report, _manifest: Manifest) -> Iterator[Finding]:
    """No surface draws a card outside the format."""
    refused = [(str(flaw), text) for text in report.cards if (flaw := card_flaw(text))]
    if refused:
        yield Finding(
            rule="card.refused",
            severity="error",
            text=f"{len(refused)} of {len(report.cards)} different cards cannot be shown: {refused[0][0]}",
            evidence={"card": refused[0][1][:1000]},
            hint="Keep to the card format: at most six short rows, plain text.",
        )


def card_flaw(text: str) -> cards.CardError | None:
    """Why a card cannot be shown."""
    try:
        cards.parse(text)
    except cards.CardError as error:
        return error
    return None


def hurried_cards(report: Report, _manifest: Manifest) -> Iterator[Finding]:
    """A screen that changes while the car moves draws the eye."""
    if report.hurried:
        yield Finding(
            rule="card.hurried",
            severity="warning",
            text=f"While driving the card changed {report.hurried} times within five seconds of the last change.",
            evidence={"count": report.hurried},
            hint="Show a new card only when something that matters has changed.",
        )


def missing_card(report: Report, manifest: Manifest) -> Iterator[Finding]:
    """An app with surfaces that never shows anything disappoints."""
    if manifest.surfaces and not report.card_count and not report.stopped:
        yield Finding(
            rule="card.none",
            severity="warning",
            text="The app has surfaces but showed no card in a drive and a night.",
            hint="Show a card at the first event.",
        )


def nondeterminism(report: Report, _manifest: Manifest) -> Iterator[Finding]:
    """Two runs on the same input that differ cannot be reviewed by replay."""
    if not report.deterministic:
        yield Finding(
            rule="run.not-deterministic",
            severity="warning",
            text="Two replays of the same drive did not do the same.",
            hint="Start from the same state, and decide by what the event and the signals say.",
        )


def effort(report: Report, manifest: Manifest) -> Iterator[Finding]:
    """How close the app comes to its limits, and what it did."""
    if report.ticks and not report.stopped:
        share = 100 * report.fuel_max / manifest.limits.fuel_per_event
        yield Finding(
            rule="run.effort",
            severity="note",
            text=f"{report.ticks} events, {report.card_count} cards, {report.actuation_count} actuations; "
            f"the dearest event took {share:.0f} % of its fuel.",
            evidence={"fuel_p50": report.fuel_p50, "fuel_max": report.fuel_max},
        )


RULES: Final[tuple[Rule, ...]] = (
    stop,
    undeclared_imports,
    missing_imports,
    undeclared_reads,
    unused_grants,
    app_errors,
    unlawful_cards,
    hurried_cards,
    missing_card,
    nondeterminism,
    effort,
)
