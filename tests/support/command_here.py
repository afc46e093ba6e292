"""The command in the process of the tests: the same code, without the time that a start takes."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import structlog
from typer.testing import CliRunner

from gateway.cli.main import app


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def here() -> Iterator[Callable[..., Ran]]:
    """Runs the command with these words; its way of logging ends with the test."""

    def run(*arguments: str) -> Ran:
        ended = CliRunner().invoke(app, arguments)
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Ran(ended.exit_code, ended.stdout, ended.stderr)

    handlers = list(logging.getLogger().handlers)
    yield run
    logging.getLogger().handlers = handlers
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
