"""What a database's refusal means: by SQLSTATE in PostgreSQL, by error code in SQLite."""

import sqlite3
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError

from adapters.contract.contract import Cause, Fault, Malformed, Refused, Unavailable
from adapters.network.cause import cause_of

# PostgreSQL, appendix A; the longest prefix decides.
_BY_STATE: Final[dict[str, Refused | Unavailable | Malformed]] = {
    "08": Unavailable(Fault.CONNECTION),
    "22": Malformed("value"),
    "25006": Malformed("statement"),
    "28": Refused(),
    "3D": Refused(),
    "42": Malformed("statement"),
    "42501": Refused(),
    "53": Unavailable(Fault.BUSY),
    "57014": Unavailable(Fault.TIMED_OUT),
    "57P": Unavailable(Fault.CONNECTION),
}
_BY_CODE: Final[dict[int, Refused | Unavailable | Malformed]] = {
    sqlite3.SQLITE_BUSY: Unavailable(Fault.BUSY),
    sqlite3.SQLITE_LOCKED: Unavailable(Fault.BUSY),
    sqlite3.SQLITE_CANTOPEN: Unavailable(Fault.CONNECTION, cause=Cause.NO_FILE),
    sqlite3.SQLITE_PERM: Refused(),
    sqlite3.SQLITE_AUTH: Refused(),
    sqlite3.SQLITE_READONLY: Malformed("statement"),
    sqlite3.SQLITE_TOOBIG: Malformed("too_large"),
    sqlite3.SQLITE_ERROR: Malformed("statement"),
    sqlite3.SQLITE_INTERRUPT: Unavailable(Fault.TIMED_OUT),
}
_PRIMARY = 0xFF  # SQLite's extended codes have the primary one in their lowest byte


# SQLAlchemy wraps what a statement raises, and not what fetching its rows does.
DATABASE_FAILURES: Final = (
    DBAPIError,
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    sqlite3.Error,
)


def fault_of(error: Exception) -> Refused | Unavailable | Malformed:
    """The Reply that an error of the driver stands for; never its text."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    while cause is not None:
        state, code = getattr(cause, "sqlstate", None), getattr(cause, "sqlite_errorcode", None)
        if isinstance(state, str):
            return _by_state(state)
        if isinstance(code, int):
            return _BY_CODE.get(code & _PRIMARY, Unavailable(Fault.SERVER_ERROR))
        if isinstance(cause, OSError):
            return Unavailable(Fault.CONNECTION, cause=cause_of(error))
        cause = cause.__cause__
    return Unavailable(Fault.SERVER_ERROR)


def _by_state(state: str) -> Refused | Unavailable | Malformed:
    for length in (5, 3, 2):
        if state[:length] in _BY_STATE:
            return _BY_STATE[state[:length]]
    return Unavailable(Fault.SERVER_ERROR)
