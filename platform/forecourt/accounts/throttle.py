"""Counts tries in a window, shared by all processes."""

from django.core.cache import cache


def attempts(key: str, *, seconds: int) -> int:
    """Count one more try under `key` and answer how many there were in the running window of `seconds`."""
    cache.add(_name(key), 0, timeout=seconds)
    try:
        return cache.incr(_name(key))
    except ValueError:  # the window ended between the two calls
        return 1


def forgive(key: str) -> None:
    """Take one try under `key` back: it was no wrong one. The window stays as it is."""
    try:
        cache.decr(_name(key))
    except ValueError:  # the window ended meanwhile
        return


def _name(key: str) -> str:
    return f"attempts:{key}"
