"""What was counted, wherever it is now."""

from forecourt.metering import selectors


def counted(kind: str) -> int:
    """The total of a kind."""
    return selectors.totals()[kind]
