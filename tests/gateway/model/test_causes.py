"""A failure is told by the code of what began it, and never by its words."""

import errno
import sqlite3

import pytest

from gateway.model.causes import cause_of


def failed(first: Exception) -> Exception:
    """A failure of ours in whose wake another came, as a room raises it `from None`."""
    error = RuntimeError("Jonah")
    error.__context__ = first
    error.__suppress_context__ = True
    return error


def full() -> sqlite3.Error:
    error = sqlite3.OperationalError("Jonah")
    error.sqlite_errorname = "SQLITE_FULL"
    return error


class RefusedByPostgresError(Exception):
    sqlstate = "57P03"


@pytest.mark.parametrize(
    ("first", "cause"),
    [
        (OSError(errno.ENOSPC, "Jonah"), "ENOSPC"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Jonah"), "ECONNREFUSED"),
        (OSError("Jonah"), "OSError"),
        (TimeoutError("Jonah"), "TimeoutError"),
        (RefusedByPostgresError("Jonah"), "57P03"),
        (full(), "SQLITE_FULL"),
        (ValueError("Jonah"), "ValueError"),
    ],
)
def test_what_began_a_failure_is_told_as_a_code(first: Exception, cause: str) -> None:
    assert cause_of(first) == cause
    assert cause_of(failed(first)) == cause
