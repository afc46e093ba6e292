"""Where each store of these settings is, with its schemas."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.audit.log.postgres_schema import PostgresLogSchema
from gateway.audit.store.sqlite_versions import SqliteLogSchema
from gateway.config.database.schema import Schema
from gateway.config.settings import Settings
from gateway.config.state_folder import GRANTS_FILE, LEDGER_FILE, LOG_FILE
from gateway.oversight.break_glass.store.schema import SCHEMA as BREAK_GLASS
from gateway.registry.ledger.schema import SCHEMA as LEDGER

# The log first: the others' guards are its functions.
SERVER: Final[Sequence[Schema]] = (PostgresLogSchema(), LEDGER, BREAK_GLASS)


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A store in a SQLite file."""

    schema: Schema
    file: Path


def files(settings: Settings) -> tuple[StoreFile, ...]:
    """The stores that a gateway without PostgreSQL has below `state`."""
    return (
        StoreFile(SqliteLogSchema(), settings.files.state / LOG_FILE),
        StoreFile(LEDGER, settings.files.state / LEDGER_FILE),
        StoreFile(BREAK_GLASS, settings.files.state / GRANTS_FILE),
    )
