"""What PostgreSQL refuses, in the words of whichever store asked for it."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

# A time-out is an OSError; a connection that is lost while it is taken is the library's own error.
REFUSED: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_ADVICE: Final[Mapping[str, str]] = {
    "ConnectionRefusedError": "; see whether PostgreSQL runs at the address in the DSN",
    "InsufficientPrivilegeError": "; only the tables' owner may do that (`--owner-dsn`)",
    "InvalidAuthorizationSpecificationError": "; pg_hba.conf lets nobody in from here so",
    "InvalidCatalogNameError": "; there is no such database: make it, or name another",
    "InvalidPasswordError": "; the password in the DSN is not the role's",
    "LockNotAvailableError": "; another session holds a table: try again",
    "PooledByTransaction": (
        "; a pooler such as PgBouncer gives each transaction another session there, and the locks"
        " of a session are lost: name the PostgreSQL server itself, or set pool_mode = session"
    ),
    "DiskFullError": "; its disk is full: make room there",
    "TimeoutError": "; nothing answers at the address in the DSN: see what is between",
    "TargetServerAttributeNotMatched": "; no server of the address takes writes now",
}
_CERTIFICATE: Final[Mapping[int, str]] = {
    9: "; its certificate has not begun, or this clock is wrong",
    10: "; its certificate has ended, or this clock is wrong: have it renewed",
    62: "; its certificate is for another name: write that name into the DSN, or have one for this",
    64: "; its certificate is not for this address: name the server in the DSN by its name",
}
_UNKNOWN_AUTHORITY: Final = "; its certificate is of another authority: see sslrootcert in the DSN"


class PooledByTransaction(asyncpg.InterfaceError):
    """The address leads to a pooler whose sessions are nobody's for longer than a transaction."""

    def __init__(self) -> None:
        super().__init__("no session is ours alone")


def unusable(error: BaseException) -> str:
    """That the database cannot be used, the kind of refusal, and what to do if that is known."""
    name = type(error).__name__
    advice = _ADVICE.get(name, "; see whether it runs and takes the login of the DSN")
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = _CERTIFICATE.get(error.verify_code, _UNKNOWN_AUTHORITY)
    return f"the database cannot be used ({name}){advice}"


@asynccontextmanager
async def told_as(failure: type[Exception]) -> AsyncIterator[None]:
    """Raise `failure` for whatever the database refuses; it says what kind, and nothing sent."""
    try:
        yield
    except REFUSED as error:
        raise failure(unusable(error)) from None
