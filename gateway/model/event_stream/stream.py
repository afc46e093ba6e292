"""All events of a process on standard error, and nothing else of what libraries say."""

import logging
import sys
import time

from gateway.model import events
from gateway.model.event_stream.lines import Lines
from gateway.model.event_stream.said import SAID
from gateway.model.event_stream.sparing import Sparing


class _NameAlone(logging.Handler):
    """What a library logs or warns of: its text may quote anything, so it is never written."""

    def emit(self, record: logging.LogRecord) -> None:
        events.library(record.name, record.levelname)


def to_standard_error() -> Lines:
    """Write events as JSON lines on standard error, and nothing else of what libraries say."""
    import structlog  # noqa: PLC0415  # with all that it prints in colours, it takes long

    logging.getLogger().addHandler(_NameAlone(logging.WARNING))
    lines = SAID.lines = Lines(sys.stderr)
    logging.captureWarnings(capture=True)
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
