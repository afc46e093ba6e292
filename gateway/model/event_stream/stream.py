"""All events of a process on standard error, and nothing else of what libraries say."""

import logging
import sys
import threading
import time
from types import TracebackType

from gateway.model import events
from gateway.model.event_stream.lines import Lines
from gateway.model.event_stream.said import OF_ANSWERS, SAID
from gateway.model.event_stream.sparing import Sparing


class _NameAlone(logging.Handler):
    """What a library logs or warns of: its text may quote anything, so it is never written."""

    def emit(self, record: logging.LogRecord) -> None:
        events.library(record.name, record.levelname)


def _uncaught(kind: type[BaseException], bug: BaseException, at: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, bug, at)
    else:
        _told(bug)


def _told(bug: BaseException | None) -> None:
    """Its traceback would repeat its text, which may quote anything."""
    if bug is not None and not isinstance(bug, SystemExit):
        events.failed(bug)


def to_standard_error() -> Lines:
    """Write events as JSON lines on standard error, and nothing else of what libraries say.

    Also what Python would print of an exception that nobody caught, in a thread or elsewhere.
    """
    import structlog  # noqa: PLC0415  # with all that it prints in colours, it takes long

    logging.getLogger().addHandler(_NameAlone(logging.WARNING))
    lines = SAID.lines = Lines(sys.stderr, untold=OF_ANSWERS)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda found: _told(found.exc_value)
    sys.unraisablehook = lambda found: _told(found.exc_value)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            SAID,
            Sparing(time.monotonic),
            lines,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: lines,
    )
    return lines
