"""What adapters raise, for whoever tries one; a gateway that serves does not listen."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_HEARD: Final[ContextVar[list[Exception] | None]] = ContextVar("heard", default=None)


@contextmanager
def hearing_bugs() -> Iterator[list[Exception]]:
    """What adapters raise on behalf of whatever is asked within, for whoever tries one.

    A gateway that serves does not listen: what was raised may have a child's details in it.
    """
    bugs: list[Exception] = []
    token = _HEARD.set(bugs)
    try:
        yield bugs
    finally:
        _HEARD.reset(token)


def hear(bug: Exception) -> None:
    """Keep a bug for whoever listens, if anybody does."""
    heard = _HEARD.get()
    if heard is not None:
        heard.append(bug)
