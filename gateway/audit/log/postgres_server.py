"""What a PostgreSQL server must be before the log is opened on it."""

from typing import Any

from gateway.audit.errors import LogUnavailable
from gateway.audit.log.postgres_schema import FACTS, NUMBER, PostgresLogSchema, number_of
from gateway.config.database.schema import SchemaUnknown, unserved


async def refuse_forgetful(connection: Any, *, unsynced: bool) -> None:
    """LogUnavailable if the server may lose what it committed, unless it is one to throw away."""
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if await connection.fetchval(f"SHOW {name}") == "off" and not unsynced:
            raise LogUnavailable(f"PostgreSQL has {name} off here, so no commit is sure")


async def refuse_unserved(connection: Any) -> None:
    """LogUnavailable if the tables are not those that this release serves."""
    facts = await connection.fetchrow(FACTS)
    numbers = await connection.fetch(NUMBER) if facts[0] else ()
    schema = PostgresLogSchema()
    try:
        found = number_of(facts, [row[0] for row in numbers])
    except SchemaUnknown as error:
        raise LogUnavailable(str(error)) from None
    refusal = unserved(schema.store, found, schema.newest)
    if refusal:
        raise LogUnavailable(refusal)
