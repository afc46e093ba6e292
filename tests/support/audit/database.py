"""A place of its own for each test's log, owned by one role and used by another."""

from itertools import count

import asyncpg

from demo.processes.postgres import Postgres
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_server
from tests.support.postgres import MISSING_ROLES, PRUNER, ROLE

__all__ = ["PRUNER", "ROLE"]

ROLES = Roles(frozenset({ROLE}), frozenset({PRUNER}))
_NUMBERS = count()


async def new_schema(server: Postgres) -> str:
    """Where a fresh log's tables are, as a database's name in a DSN: in a schema of their own."""
    name = f"audit_{next(_NUMBERS)}"
    await as_owner(
        server.dsn(),
        f"{MISSING_ROLES} CREATE SCHEMA {name}; GRANT USAGE ON SCHEMA {name} TO {ROLE}, {PRUNER}",
    )
    place = f"postgres?search_path={name}"
    await upgrade_server(server.dsn(place), ROLES)
    return place


async def new_database(server: Postgres) -> str:
    """The name of a fresh database with the log's tables, which takes longer to make."""
    name = f"audit_{next(_NUMBERS)}"
    await make_roles(server)
    await as_owner(server.dsn(), f"CREATE DATABASE {name}")
    await upgrade_server(server.dsn(name), ROLES)
    return name


async def as_owner(dsn: str, sql: str) -> None:
    """Run a script as the database's owner."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def make_roles(server: Postgres) -> None:
    """Make the roles of gateways and of whoever prunes, where they are missing.

    The servers of the whole session have them from the beginning.
    """
    await as_owner(server.dsn(), MISSING_ROLES)
