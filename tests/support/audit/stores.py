"""A gateway's stores in either database, as the command `teamaround db` meets them."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from typer.testing import CliRunner, Result

from demo.processes.postgres import Postgres
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.store.contract import Log
from gateway.cli.main import app
from gateway.oversight.break_glass.store.contract import GrantStore
from gateway.oversight.break_glass.store.grants import SqlGrants
from gateway.registry.ledger.contract import Ledger
from gateway.registry.ledger.store import SqlLedger
from tests.support.audit.database import ROLE, new_database
from tests.support.audit.recorded import (
    Rows,
    file_rows,
    server_rows,
    write_database,
    write_files,
)

_SHAPE = """
SELECT 'column', table_name || '.' || column_name || ' ' || data_type || is_nullable
  || coalesce(column_default, '') FROM information_schema.columns
  WHERE table_schema = current_schema()
UNION SELECT 'trigger', pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger
  JOIN pg_class ON pg_class.oid = tgrelid AND relnamespace = current_schema()::regnamespace
  WHERE NOT tgisinternal
UNION SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION SELECT 'function', pg_get_functiondef(oid) FROM pg_proc
  WHERE pronamespace = current_schema()::regnamespace
UNION SELECT 'right', relname || ' ' || unnest(relacl)::text FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
UNION SELECT 'right', relname || '.' || attname || ' ' || unnest(attacl)::text
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relnamespace = current_schema()::regnamespace
"""
_FILE_COLUMNS = """
SELECT t.name, t.strict, t.wr, c.name, c.type, c."notnull" OR c.pk, c.dflt_value, c.pk
FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
WHERE t.name NOT LIKE 'sqlite_%' ORDER BY 1, 4
"""


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of the settings in `folder`; in PostgreSQL, `place` is the database there."""

    folder: Path
    server: Postgres | None = None
    place: str = ""

    @property
    def state(self) -> Path:
        """Where the files are."""
        return self.folder / "state"

    @property
    def owner(self) -> str:
        """The DSN of the tables' owner."""
        assert self.server is not None
        return self.server.dsn(self.place)

    @property
    def dsn(self) -> str:
        """The DSN of the gateways' role."""
        assert self.server is not None
        return self.server.dsn(self.place, ROLE)

    def write_settings(self) -> list[str]:
        """The settings file and the owner's DSN, as options of the command."""
        lines = ["[files]", f'state = "{self.state}"']
        lines += ["[log]", f'dsn = "{self.dsn}"'] if self.server else []
        settings, owner = self.folder / "gateway.toml", self.folder / "owner.dsn"
        settings.write_text("\n".join(lines))
        owner.touch(mode=0o600)
        owner.write_text(self.owner if self.server else "")
        return ["--settings", str(settings), *(["--owner-dsn", str(owner)] if self.server else [])]

    async def db(self, command: str, *options: str) -> Result:
        """Run `teamaround db COMMAND`."""
        given = self.write_settings()
        given = given[:2] if command == "status" else given
        return await asyncio.to_thread(CliRunner().invoke, app, ["db", command, *given, *options])

    async def rows(self) -> Rows:
        """Every row of the log."""
        if self.server:
            return await server_rows(self.owner)
        return file_rows(self.state / "audit.sqlite")

    async def shape(self) -> Any:
        """Everything about the tables and who may do what."""
        if self.server is None:
            return {file.name: _file_shape(file) for file in sorted(self.state.glob("*.sqlite"))}
        connection = await asyncpg.connect(self.owner)
        try:
            return {tuple(row) for row in await connection.fetch(_SHAPE)}
        finally:
            await connection.close()

    async def log(self) -> Log:
        """The log, opened as a gateway opens it; to be closed."""
        if self.server:
            return await PostgresLog.open(self.dsn, self.folder / "found-by", unsynced=True)
        return await AuditLog.open(self.state / "audit.sqlite")

    async def ledger(self) -> Ledger:
        """The ledger, opened as a gateway opens it; to be closed."""
        if self.server:
            return await SqlLedger.at_server(self.dsn)
        return await SqlLedger.at_file(self.state / "ledger.sqlite")

    async def grants(self) -> GrantStore:
        """The break-glass grants, opened as a gateway opens them; to be closed."""
        if self.server:
            return await SqlGrants.at_server(self.dsn)
        return await SqlGrants.at_file(self.state / "break-glass.sqlite")


async def recorded_stores(folder: Path, name: str, server: Postgres | None) -> Stores:
    """The stores that a revision wrote: in files, or in a database of the server."""
    if server is None:
        write_files(name, folder / "state")
        return Stores(folder)
    return Stores(folder, server, await write_database(name, server))


def _file_shape(file: Path) -> Any:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as opened:
        number = opened.execute("PRAGMA user_version").fetchone()
        made = opened.execute("SELECT name, sql FROM sqlite_schema ORDER BY 1").fetchall()
        columns = opened.execute(_FILE_COLUMNS).fetchall()
        return number, made, columns


async def empty_tables(folder: Path, server: Postgres) -> Stores:
    """A new database of this release, named in the settings beside the files in `folder`."""
    place = await new_database(server)
    return Stores(folder, server, place)
