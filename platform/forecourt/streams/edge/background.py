"""Ends background tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

PATIENCE_SECONDS: Final = 0.05


async def cancel(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel tasks and wait until they have ended; a cancellation that a library swallowed is repeated."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=PATIENCE_SECONDS)
