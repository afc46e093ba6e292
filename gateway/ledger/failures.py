"""How the ledger fails; no message repeats a value that came with a request."""


class LedgerUnavailable(Exception):
    """The ledger cannot be read or written now, so that nothing changes."""


class LedgerCorrupt(Exception):
    """What is stored is not what was written; the message says what is wrong."""
