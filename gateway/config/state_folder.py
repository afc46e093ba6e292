"""The folder in which the gateway keeps its own files, and how to say what is wrong with one."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.config.settings_tables import FileSettings, LogSettings
from gateway.model.errors import ConfigurationInvalid, ServiceAway

# The stores of a gateway without PostgreSQL.
LOG_FILE: Final = "audit.sqlite"
LEDGER_FILE: Final = "ledger.sqlite"
GRANTS_FILE: Final = "break-glass.sqlite"

_OF_THE_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})


def state_folder(files: FileSettings) -> Path:
    """The folder, made where there is none; ConfigurationInvalid if it cannot be."""
    try:
        files.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unwritable(files.state, error) from None
    return files.state


def store_setting(log: LogSettings) -> str:
    """The setting that says where the stores are: what to look at if one cannot be used."""
    return "log.dsn" if log.dsn else "files.state"


def unwritable(file: Path, error: OSError) -> ConfigurationInvalid:
    """Why a file of the folder cannot be written; ServiceAway if the disk is to blame."""
    failure = ServiceAway if error.errno in _OF_THE_DISK else ConfigurationInvalid
    advice = "make room" if failure is ServiceAway else "see who may write there"
    return failure(f"files.state: {file} cannot be written ({error.strerror}): {advice}")


@contextmanager
def told_of(
    setting: str, *refused: type[Exception], away: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Say any of these as ConfigurationInvalid about a setting, and `away` as ServiceAway.

    What is among `refused` is never `away`, though it be a kind of it.
    """
    try:
        yield
    except refused as error:
        raise ConfigurationInvalid(f"{setting}: {error}") from error
    except away as error:
        raise ServiceAway(f"{setting}: {error}") from error
