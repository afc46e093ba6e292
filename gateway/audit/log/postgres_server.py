"""What a PostgreSQL server must be before the log is opened on it."""

from pathlib import Path
from typing import Any, Final

from gateway.audit.errors import LogUnavailable, LogUnserved
from gateway.audit.log.acknowledged import refuse_forgotten
from gateway.audit.log.postgres_check import check_rows
from gateway.audit.log.postgres_schema import FACTS, NUMBER, PostgresLogSchema, number_of
from gateway.audit.log.postgres_writing import flush
from gateway.audit.store.written import Written
from gateway.audit.tree.proved import CheckedState
from gateway.config.addresses.postgres import postgres_hosts
from gateway.config.database.connecting import connected
from gateway.config.database.schema import SchemaUnknown, unserved
from gateway.model import events

_LAST: Final = "SELECT hash FROM leaf_hash WHERE idx = $1"
_FOR_NO_STANDBY: Final = (
    "SELECT current_setting('synchronous_standby_names') = ''"
    " OR current_setting('synchronous_commit') = 'local'"
)


async def looked_at(
    dsn: str, known: Path, state: CheckedState | None, *, unsynced: bool
) -> tuple[Written, CheckedState | None]:
    """What the log at `dsn` holds, checked, and the state before which nothing was hashed.

    It is durable too, if another gateway is about to make it so. `known` is the file of what this
    machine knows to be acknowledged. LogUnavailable, LogNotContinued or LogCorrupt if it cannot be
    gone on with.
    """
    connection = await connected(dsn)
    try:
        await _refuse_forgetful(connection, unsynced=unsynced)
        await _refuse_unserved(connection)
        await refuse_forgotten(known, connection)
        edge, left = await check_rows(connection, state)
        last = await connection.fetchval(_LAST, edge.size - 1)
        await flush(connection)
        await _tell_if_alone(dsn, connection)
        return Written(edge, last or b""), left
    finally:
        await connection.close()


async def _refuse_forgetful(connection: Any, *, unsynced: bool) -> None:
    """LogUnavailable if the server takes no entry, LogUnserved if it may lose one.

    `unsynced` ones may.
    """
    if await connection.fetchval("SELECT pg_is_in_recovery()"):
        raise LogUnavailable("PostgreSQL is a standby here, or still recovers: it takes no entry")
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if await connection.fetchval(f"SHOW {name}") == "off" and not unsynced:
            raise LogUnserved(f"PostgreSQL has {name} off here, so no commit is sure: turn it on")


async def _refuse_unserved(connection: Any) -> None:
    """LogUnserved if the tables are not those that this release serves."""
    facts = await connection.fetchrow(FACTS)
    numbers = await connection.fetch(NUMBER) if facts[0] else ()
    schema = PostgresLogSchema()
    try:
        found = number_of(facts, [row[0] for row in numbers])
    except SchemaUnknown as error:
        raise LogUnserved(str(error)) from None
    refusal = unserved(schema.store, found, schema.newest)
    if refusal:
        raise LogUnserved(refusal)


async def _tell_if_alone(dsn: str, connection: Any) -> None:
    """Say so where a failover to another server of `dsn` may lose what was acknowledged."""
    if len(postgres_hosts(dsn)) > 1 and await connection.fetchval(_FOR_NO_STANDBY):
        events.log_on_one_server()
