"""What the schema promises and this version does not serve yet."""

from gateway.errors import NotYetAvailable


def not_yet(field: str) -> NotYetAvailable:
    """The error for `field`, a name of the schema; to be raised."""
    return NotYetAvailable(
        "NOT_YET_AVAILABLE", f"`{field}` is promised and not available in this version yet."
    )
