"""Every store brought to this release's schema: all of a database in one step, or none of it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection, inspect

from gateway.cli.database.places import SERVER, StoreFile, files
from gateway.cli.database.privileges import Roles, quoted
from gateway.cli.database.status import explained, numbers
from gateway.config.database.contract import DatabaseRefused
from gateway.config.database.schema import EMPTY, Schema, SchemaUnknown
from gateway.config.database.sqlite import file_engine, told, writing
from gateway.config.settings import Settings

_ALONE: Final = (
    "SET LOCAL lock_timeout = '60s'",
    "SELECT pg_advisory_xact_lock(7310146832)",
)
# Whoever waits for a table holds up all who come after. Gateways wait five seconds at most.
_NOT_LONG: Final = "SET LOCAL lock_timeout = '2s'"
_OWNER: Final = (
    "SELECT pg_get_userbyid(relowner) FROM pg_class"
    " WHERE oid = to_regclass('entry') AND pg_get_userbyid(relowner) <> current_user"
)
_SERVING: Final = {
    "postgresql": "SELECT count(*) FROM lease WHERE until > clock_timestamp()",
    "sqlite": "SELECT count(*) FROM lease WHERE until > {now} AND until <= {now} + 3600",
}


async def upgrade_files(settings: Settings) -> list[str]:
    """Upgrade the SQLite files that are there, each in one step; what was done to each."""
    with explained():
        there = [at for at in files(settings) if at.file.exists()]
        _refuse_while_served(there)
        return [upgrade_file(at) for at in there] or ["nothing is there yet; a start makes it"]


async def upgrade_server(dsn: str, roles: Roles) -> list[str]:
    """Make or upgrade the tables at `dsn`, as their owner, with the rights of `roles`.

    ConfigurationInvalid says why not; then nothing has changed.
    """
    from gateway.config.database.postgres import server_engine
    from gateway.config.database.postgres import told as told_by_server

    engine = server_engine(dsn, connections=1, seconds=None)
    try:
        with explained():
            async with told_by_server(), engine.begin() as connection:
                return await connection.run_sync(partial(_upgrade, roles=roles))
    finally:
        await engine.dispose()


async def statements(dsn: str, roles: Roles) -> str:
    """What `upgrade_server` would run there, as a script of one transaction."""
    from gateway.config.database.postgres import server_engine
    from gateway.config.database.postgres import told as told_by_server

    engine = server_engine(dsn, connections=1)
    try:
        with explained():
            async with told_by_server(), engine.connect() as connection:
                printed = await connection.run_sync(partial(_statements, roles=roles))
    finally:
        await engine.dispose()
    ended = (each.rstrip().removesuffix(";") for each in ("BEGIN", _NOT_LONG, *printed, "COMMIT"))
    return ";\n".join(ended) + ";\n"


def upgrade_file(at: StoreFile) -> str:
    """Upgrade one file in one step; what was done."""
    with told(at.file), writing(file_engine(at.file)) as connection:
        found = at.schema.found(connection)
        _refuse_newer(at.schema, found)
        if found < at.schema.newest:
            at.schema.upgrade(connection, found)
    return _done(at.schema, found)


def _upgrade(connection: Connection, roles: Roles) -> list[str]:
    for statement in (*_ALONE, _NOT_LONG):
        connection.exec_driver_sql(statement)
    found, roles = _prepared(connection, roles)
    for statement in _as_owner(connection):
        connection.exec_driver_sql(statement)
    behind = [schema for schema in SERVER if found[schema.store] < schema.newest]
    for schema in behind:
        schema.upgrade(connection, found[schema.store])
    for statement in roles.statements():
        connection.exec_driver_sql(statement)
    return [_done(schema, found[schema.store]) for schema in SERVER]


def _statements(connection: Connection, roles: Roles) -> list[str]:
    found, roles = _prepared(connection, roles)
    behind = [schema for schema in SERVER if found[schema.store] < schema.newest]
    upgrading = [each for s in behind for each in s.statements(connection, found[s.store])]
    return [*_as_owner(connection), *upgrading, *roles.statements()]


def _as_owner(connection: Connection) -> list[str]:
    """What makes a superuser go on as the tables' owner, so that new tables are the owner's too."""
    owner = connection.exec_driver_sql(_OWNER).scalar()
    return [] if owner is None else [f"SET LOCAL ROLE {quoted(owner)}"]


def _prepared(connection: Connection, roles: Roles) -> tuple[dict[str, int], Roles]:
    """What is there and who is to have rights, once nothing speaks against an upgrade."""
    found = numbers(connection, SERVER)
    for schema in SERVER:
        _refuse_newer(schema, found[schema.store])
    if _apart(SERVER, found):
        _refuse_leases(connection)
    roles |= Roles.held(connection)
    if missing := roles.missing(connection):
        raise DatabaseRefused(f"make the role {missing[0]} first, as which gateways log in")
    if not roles.gateways:
        raise DatabaseRefused("name the role as which gateways log in, by --role")
    return found, roles


def _refuse_newer(schema: Schema, found: int) -> None:
    if found > schema.newest + 1:
        raise SchemaUnknown(
            f"{schema.store}: has schema {found}, more than one release newer than this one's"
            f" {schema.newest}; use the release that it belongs to"
        )


def _apart(schemas: Iterable[Schema], found: dict[str, int]) -> bool:
    """Whether no gateway that serves what is there can go on beside this release's."""
    return any(EMPTY < found[schema.store] < schema.newest - 1 for schema in schemas)


def _refuse_while_served(there: Sequence[StoreFile]) -> None:
    found = dict(_found(there))
    if not _apart([at.schema for at in there], found):
        return
    for at in there:
        with told(at.file), writing(file_engine(at.file, "ro"), writes=False) as connection:
            _refuse_leases(connection)


def _found(there: Iterable[StoreFile]) -> Iterator[tuple[str, int]]:
    for at in there:
        with told(at.file), writing(file_engine(at.file, "ro"), writes=False) as connection:
            yield at.schema.store, at.schema.found(connection)


def _refuse_leases(connection: Connection) -> None:
    if not inspect(connection).has_table("lease"):
        return
    serving = _SERVING[connection.dialect.name].format(now=time.monotonic())
    if connection.exec_driver_sql(serving).scalar():
        raise DatabaseRefused(
            "a gateway of a release too old to run beside this one serves this store; stop every"
            " gateway, then upgrade"
        )


def _done(schema: Schema, found: int) -> str:
    if found >= schema.newest:
        return f"{schema.store}: has schema {found}; nothing to do"
    was = "made" if found == EMPTY else f"from schema {found}"
    return f"{schema.store}: {was}, now schema {schema.newest}"
