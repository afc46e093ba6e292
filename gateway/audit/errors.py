"""How the log and its keys fail; no message repeats a value that came with a question."""


class LogUnavailable(Exception):
    """Nothing was acknowledged: the log cannot be written or read now, so nothing may leave."""


class LogUnserved(LogUnavailable):
    """The log is there, and this release cannot use it as it is: the message says what to do."""


class LogNotContinued(LogUnavailable):
    """The log that is read now lacks what was acknowledged: an older one, cut, or another."""


class LogCorrupt(Exception):
    """The stored log is not the one that was written; `entry` is the first index that is not."""

    def __init__(self, message: str, entry: int | None = None) -> None:
        super().__init__(message)
        self.entry = entry


class SignerForgot(LogCorrupt):
    """The log's signer has no memory of the log, so that it signs nothing until it is given one."""

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"the signer of {origin} does not remember what it signed: give it a checkpoint that"
            " a witness signed or that you kept, by `teamaround audit remember`"
        )


class KeysUnreadable(Exception):
    """The keys are missing, open to others or malformed; the message says what to change."""


class EpochMissing(KeysUnreadable):
    """There are no keys of an epoch of that name."""


class KeysUnavailable(Exception):
    """The key service does not answer, or refuses: nothing can be logged, so nothing may leave."""


class KeysTooOften(KeysUnavailable):
    """The key service answers, and gives this client no more in this minute."""


class KeysNotSigning(KeysUnavailable):
    """The key service that was asked has no log's key; another one may sign."""


class PolicyUnusable(Exception):
    """A retention policy cannot be used; the message says what to change."""


class ClockApart(Exception):
    """The clock and the log are days apart: nothing may be judged by its age now."""


class EntryRefused(ValueError):
    """The entry would break the log's format; nothing was queued."""


class TextTooLong(ValueError):
    """A justification or case reference is longer than the log keeps."""


class LeafUnreadable(ValueError):
    """The bytes are no entry of a version that this gateway reads."""


class SealBroken(Exception):
    """A sealed text does not open: another key, another question's, or altered."""
