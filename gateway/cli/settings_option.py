"""How a command that reads the settings begins and ends: 2 where it could not be done."""

import asyncio
import os
import pwd
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import typer

from gateway.audit.errors import (
    ClockApart,
    KeysUnavailable,
    KeysUnreadable,
    LogCorrupt,
    LogUnavailable,
    PolicyUnusable,
)
from gateway.config.settings import Settings, read_settings
from gateway.model.errors import ConfigurationInvalid
from gateway.oversight.break_glass.store.contract import GrantsUnavailable

T = TypeVar("T")
_FAILURES: Final = (
    *(ClockApart, ConfigurationInvalid, KeysUnavailable, KeysUnreadable),
    *(GrantsUnavailable, LogCorrupt, LogUnavailable, PolicyUnusable),
)


def chosen(file: Path | None) -> Settings:
    """The settings of `file`; the command ends with 2 if they cannot be used."""
    try:
        return read_settings(file)
    except ConfigurationInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def account() -> str:
    """Who is at the machine, as the system knows them: for a log when nobody was named."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"account {number}"


def run(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; the command ends with 2 and says why if it cannot be done."""
    try:
        return asyncio.run(work)
    except _FAILURES as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
