"""A log in PostgreSQL of its own for each measurement, in a schema of its own."""

from pathlib import Path

import asyncpg

from demo.processes.postgres import Postgres
from gateway.audit.log.postgres import PostgresLog
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_server

ROLE = "teamaround_log"


def open_to_postgres(folder: str) -> Path:
    """The folder, with a way through for PostgreSQL, which does not run as root."""
    path = Path(folder)
    path.chmod(0o711)
    return path


async def fresh_log(
    server: Postgres, number: int, folder: Path, *, unsynced: bool = False
) -> PostgresLog:
    """A new log, opened as the gateway's role opens it, its index in `folder`."""
    place = await fresh_place(server, number)
    return await PostgresLog.open(place, folder / f"found-by-{number}", unsynced=unsynced)


async def fresh_place(server: Postgres, number: int) -> str:
    """Where a new log's tables are, as a DSN of the gateway's role."""
    schema = f"log_{number}"
    connection = await asyncpg.connect(server.dsn())
    try:
        if not await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", ROLE):
            await connection.execute(f"CREATE ROLE {ROLE} LOGIN")
        await connection.execute(
            f"CREATE SCHEMA {schema}; GRANT USAGE ON SCHEMA {schema} TO {ROLE}"
        )
    finally:
        await connection.close()
    await upgrade_server(server.dsn(f"postgres?search_path={schema}"), Roles(frozenset({ROLE})))
    return server.dsn(f"postgres?search_path={schema}", ROLE)
