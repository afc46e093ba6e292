"""How the log and its keys fail; no message repeats a value that came with a question."""


class LogUnavailable(Exception):  # noqa: N818 - says what the caller meets, as the error tree does
    """Nothing was acknowledged: the log cannot be written or read now, so nothing may leave."""


class LogCorrupt(Exception):  # noqa: N818
    """The stored log is not the one that was written; `entry` is the first index that is not."""

    def __init__(self, message: str, entry: int | None = None) -> None:
        super().__init__(message)
        self.entry = entry


class KeysUnreadable(Exception):  # noqa: N818
    """The keys are missing, open to others or malformed; the message says what to change."""


class EntryRefused(ValueError):  # noqa: N818
    """The entry would break the log's format; nothing was queued."""


class TextTooLong(ValueError):  # noqa: N818
    """A justification or case reference is longer than the log keeps."""


class LeafUnreadable(ValueError):  # noqa: N818
    """The bytes are no entry of a version that this gateway reads."""


class SealBroken(Exception):  # noqa: N818
    """A sealed text does not open: another key, another question's, or altered."""
