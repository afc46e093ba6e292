"""Which schema each store has, and what is to be done about it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from gateway.audit.errors import LeafUnreadable
from gateway.audit.store.sqlite_versions import SqliteLogSchema
from gateway.cli.database.places import SERVER, files
from gateway.config.database.contract import DatabaseDamaged, DatabaseRefused
from gateway.config.database.schema import EMPTY, Schema, SchemaUnknown, unserved
from gateway.config.database.sqlite import file_engine, told, writing
from gateway.config.settings import Settings
from gateway.model.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from gateway.audit.publish.log_time import Apart

_LAST: Final = "SELECT leaf FROM entry ORDER BY idx DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """One store: where it is, the number found there, and why a gateway would not start on it."""

    store: str
    place: str
    newest: int
    found: int | None = None
    refusal: str | None = None
    clock: "Apart | None" = None

    def __str__(self) -> str:
        said = "none yet" if self.found in {None, EMPTY} else f"schema {self.found}"
        told = self.refusal or f"{self.store}: {said}, and this release writes {self.newest}"
        clock = f"; {self.clock}, so check it" if self.clock else ""
        return f"{told} ({self.place}){clock}"


async def status(settings: Settings) -> tuple[StoreStatus, ...]:
    """Every store of these settings; ConfigurationInvalid where one cannot be looked at."""
    with explained():
        if settings.log.dsn:
            return await _of_server(settings.log.dsn)
        return tuple(_of_files(settings))


@contextmanager
def explained() -> Iterator[None]:
    """Say what cannot be used, or is none of ours."""
    try:
        yield
    except (DatabaseDamaged, DatabaseRefused, SchemaUnknown) as error:
        raise ConfigurationInvalid(str(error)) from None


def numbers(connection: Connection, schemas: Sequence[Schema]) -> dict[str, int]:
    """What is there of each store, by its name."""
    return {schema.store: schema.found(connection) for schema in schemas}


async def _of_server(dsn: str) -> tuple[StoreStatus, ...]:
    from gateway.config.database.postgres import server_engine
    from gateway.config.database.postgres import told as told_by_server

    engine = server_engine(dsn, connections=1)
    try:
        async with told_by_server(), engine.connect() as connection:
            found = await connection.run_sync(numbers, SERVER)
            clock = await connection.run_sync(_clock, SERVER[0], found["log"])
    finally:
        await engine.dispose()
    each = tuple(_status(schema, "PostgreSQL", found[schema.store]) for schema in SERVER)
    return (replace(each[0], clock=clock), *each[1:])


def _of_files(settings: Settings) -> Iterator[StoreStatus]:
    for at in files(settings):
        if not at.file.exists():
            yield StoreStatus(at.schema.store, str(at.file), at.schema.newest)
            continue
        with told(at.file), writing(file_engine(at.file, "ro"), writes=False) as connection:
            found = at.schema.found(connection)
            moved = at.schema.moved(connection) if isinstance(at.schema, SqliteLogSchema) else None
            clock = _clock(connection, at.schema, found)
            yield replace(_status(at.schema, str(at.file), found, moved), clock=clock)


def _status(schema: Schema, place: str, found: int, moved: str | None = None) -> StoreStatus:
    refusal = moved or unserved(schema.store, found, schema.newest)
    return StoreStatus(schema.store, place, schema.newest, found, refusal)


def _clock(connection: Connection, schema: Schema, found: int) -> "Apart | None":
    """How far this machine's clock is from the log's last entry, where that is days."""
    if schema.store != "log" or found != schema.newest:
        return None
    # What reads an entry is imported for a log that has one.
    from gateway.audit.entry.logged import Logged
    from gateway.audit.publish.log_time import Apart

    leaf = connection.exec_driver_sql(_LAST).scalar()
    with suppress(LeafUnreadable):  # told where the log is checked
        at = Logged(0, bytes(leaf)).entry.at if leaf else None
        return Apart.of(datetime.now(UTC), at, "the log's last entry") if at else None
    return None
