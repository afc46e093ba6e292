"""How a check ends when the log is not what it was said to be."""


class LogRefused(Exception):
    """The log, or what was said of it, does not hold; `entry` is the first index concerned.

    The message names what differs and never an entry's content.
    """

    def __init__(self, message: str, entry: int | None = None) -> None:
        super().__init__(message)
        self.entry = entry


class Unreadable(Exception):
    """What should be checked cannot be had: no statement about the log."""
