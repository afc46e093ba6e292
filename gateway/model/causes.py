"""Why something failed, as a code that holds nothing of what was asked."""

import asyncio
import errno


def cause_of(error: BaseException) -> str:
    """What began it: the code of the system or of a database, else the type's name.

    ECONNREFUSED, ENOSPC, SQLITE_FULL, 57P03 (PostgreSQL), READONLY (Valkey), TimeoutError.
    No text of an error is repeated, as it may quote anything.
    """
    first, seen = error, {id(error)}
    while (before := first.__cause__ or first.__context__) is not None and id(before) not in seen:
        if isinstance(before, asyncio.CancelledError):
            break  # how a time-out ends what it was waiting for
        first = before
        seen.add(id(first))
    for name in ("sqlite_errorname", "sqlstate", "reply_code"):
        code = getattr(first, name, None)
        if isinstance(code, str):
            return code
    number = first.errno if isinstance(first, OSError) else None
    return errno.errorcode.get(number or 0, type(first).__name__)
