"""A database of its own for each test, owned by one role and used by another."""

from itertools import count

import asyncpg

from demo.postgres import Postgres
from gateway.audit.postgres_schema import script

ROLE = "teamaround_log"
_NUMBERS = count()


async def new_database(server: Postgres) -> str:
    """The name of a fresh database with the log's tables."""
    name = f"audit_{next(_NUMBERS)}"
    owner = await asyncpg.connect(server.dsn())
    try:
        if not await owner.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", ROLE):
            await owner.execute(f"CREATE ROLE {ROLE} LOGIN")
        await owner.execute(f"CREATE DATABASE {name}")
    finally:
        await owner.close()
    await as_owner(server.dsn(name), script(ROLE))
    return name


async def as_owner(dsn: str, sql: str) -> None:
    """Run a script as the database's owner."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
