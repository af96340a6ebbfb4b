"""Counts tries in a window, shared by all processes."""

from django.core.cache import cache


def attempts(key: str, *, seconds: int) -> int:
    """Count one more try under `key` and answer how many there were in the running window of `seconds`."""
    cache.add(f"attempts:{key}", 0, timeout=seconds)
    try:
        return cache.incr(f"attempts:{key}")
    except ValueError:  # the window ended between the two calls
        return 1
