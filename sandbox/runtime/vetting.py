"""Vets a component: holds it against its manifest, compiles it and replays a drive to it, and reports what it did.

Each step has a confined child of its own, and comes only after the one before.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import msgspec

from sandbox.runtime import child, compiler, contract
from sandbox.runtime.codecache import CodeCache
from sandbox.runtime.errors import ChildDiedError, ComponentRefusedError
from sandbox.runtime.findings import Finding, findings
from sandbox.runtime.grants import granted_of
from sandbox.runtime.messages import Budget, Granted, Job, Replay, Report
from sandbox.runtime.replay_rows import Row, changes, drive_rows
from sandbox.wire.manifest import Manifest

__all__ = ["RULESET", "Finding", "Report", "drive_rows", "findings", "vet"]

RULESET = "2"
TIMEOUT = 240.0  # seconds of wall clock; the child's own limit of CPU time is lower
MAX_REPORT = 8 << 20  # bytes
PATIENCE = 500  # hundredths of a second for one event, however busy this machine is


def vet(component: bytes, manifest: Manifest, rows: list[Row], *, cache: Path | None) -> Report:
    """Check, compile and replay a component with everything that its manifest asks for granted.

    Nothing that the component does raises: a stop is part of the report. With `cache`, a folder of this user's own,
    the same component is compiled once.
    """
    granted = granted_of(manifest.scopes)
    budget = Budget(memory=manifest.limits.memory_mib << 20, fuel=manifest.limits.fuel_per_event, ticks=PATIENCE)
    with ExitStack() as stack:
        folder = cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stage = "contract"
        try:
            contract.check(component, manifest)
            stage = "compile"
            code = compiler.ready(component, CodeCache.at(folder))
        except ComponentRefusedError as refused:
            return Report(stage=stage, stopped=refused.code, text=refused.text)
        except ChildDiedError as died:
            return Report(stage=stage, stopped=died.cause, text=str(died))
        return _replay(code, granted, budget, rows)


def _replay(code: Path, granted: Granted, budget: Budget, rows: list[Row]) -> Report:
    job = Job(code=str(code), granted=granted, budget=budget)
    message = msgspec.json.encode(Replay(job=job, rows=changes(rows, readable=granted.readable)))
    try:
        answer = child.run("sandbox.runtime.vetting_worker", message, timeout=TIMEOUT, limit=MAX_REPORT)
        return msgspec.json.decode(answer, type=Report)
    except ChildDiedError as died:
        return Report(stage="run", stopped=died.cause, text=str(died))
    except msgspec.DecodeError as broken:
        return Report(stage="run", stopped="BAD_REPORT", text=str(broken))
