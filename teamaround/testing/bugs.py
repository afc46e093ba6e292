"""What a source raises while it is tried: a gateway names its type alone, its author sees it all.

The gateway tells of it by an event while the exception is handled. So a processor of events finds
it there, and hands it to the question that it belongs to.
"""

import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

_BUGS: ContextVar[list[BaseException] | None] = ContextVar("bugs", default=None)


@contextmanager
def bugs_of_this_question() -> Iterator[list[BaseException]]:
    """What is raised on behalf of whatever is asked within."""
    bugs: list[BaseException] = []
    token = _BUGS.set(bugs)
    try:
        yield bugs
    finally:
        _BUGS.reset(token)


@contextmanager
def noting_bugs() -> Iterator[None]:
    """Hear the events of every gateway that is open within; the author's own processors stay."""
    untouched = not structlog.is_configured()
    structlog.configure(processors=[_note, *structlog.get_config()["processors"]])
    try:
        yield
    finally:
        left = list(structlog.get_config()["processors"])
        if _note in left:
            left.remove(_note)
        structlog.configure(processors=left)
        if untouched and _note not in left:
            structlog.reset_defaults()


def _note(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    bugs, bug = _BUGS.get(), sys.exc_info()[1]
    if event.get("event") == "adapter_failed" and bugs is not None and bug is not None:
        bugs.append(bug)
    return event
