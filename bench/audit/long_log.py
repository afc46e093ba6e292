"""A long log in a folder that is kept, in SQLite and in PostgreSQL, as two gateways left it."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench.audit.filling import filled
from bench.audit.postgres import fresh_place, open_to_postgres
from demo.processes.postgres import Postgres
from gateway.audit.keys.signing.memory import SignerMemory
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.opening import LOG_KEY
from gateway.audit.publish.local_signer import memory_beside
from gateway.audit.search.index import SearchIndex
from gateway.audit.search.leaf_reader import index_beside, stored_leaves
from gateway.audit.store.sqlite_check import check_log
from gateway.audit.store.sqlite_file import Reader
from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.tree.note import NoteSigner
from gateway.config.state_folder import LOG_FILE

ORIGIN: Final = "teamaround.example/bench"  # as the operator's file of the bench's town says
LONG: Final = "log_0"  # its schema in PostgreSQL
_TABLES: Final = {
    "entry": ("idx", "leaf"),
    "leaf_hash": ("idx", "hash"),
    "tile_hash": ("level", "place", "hash"),
}
_GAPS: Final = "ALTER TABLE entry {} TRIGGER entry_is_next"  # which looks for the last of each row
_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True)
class LongLog:
    """The same entries twice below `folder`, each beside the state of a gateway that stopped."""

    folder: Path

    @property
    def state(self) -> Path:
        """The state folder of the gateway whose log is in SQLite."""
        return self.folder / "sqlite"

    @property
    def postgres_state(self) -> Path:
        """The state folder of the one whose log is in PostgreSQL."""
        return self.folder / "postgres-state"

    @property
    def server(self) -> Path:
        """The data of that PostgreSQL."""
        return self.folder / "postgres"

    def make(self, entries: int, say: Callable[[str], None]) -> None:
        """Make what is not there yet, with a line to `say` before each part."""
        self.folder.mkdir(exist_ok=True)
        open_to_postgres(str(self.folder))
        if not (self.state / LOG_KEY).exists():
            self.fill(entries, say)
        if not (self.postgres_state / LOG_KEY).exists():
            say("copying it into PostgreSQL")
            asyncio.run(self.copy())

    def fill(self, entries: int, say: Callable[[str], None]) -> None:
        """Make the log in SQLite, its search index, and what its signer remembers."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = self.state / LOG_FILE
        say(f"filling the log in SQLite up to {entries} entries")
        filled(log, entries)
        say("building its search index")
        SearchIndex(index_beside(log), partial(stored_leaves, Reader(log))).catch_up()
        say("hashing it, to have it signed")
        asyncio.run(_signed(self.state / LOG_KEY, log))

    async def copy(self) -> None:
        """Load the same log into PostgreSQL, and give its gateway the same key and index."""
        with Postgres(self.server) as server:  # without fsync, while it is loaded
            await fresh_place(server, 0)
            await _copied(self.state / LOG_FILE, server.dsn(f"postgres?search_path={LONG}"))
        self.postgres_state.mkdir(mode=0o700)
        # The key comes last: it says that all is there.
        for name in ("copies-key", f"{LOG_KEY}-memory", LOG_KEY):
            shutil.copy2(self.state / name, self.postgres_state / name)
        shutil.copy2(index_beside(self.state / LOG_FILE), self.postgres_state / "log-found-by")


async def _signed(key: Path, log: Path) -> None:
    """Have the signer remember all of the log, as a gateway does when it stops."""
    edge = check_log(log).written.edge
    signer = NoteSigner.at(key, ORIGIN)
    note = signer.sign(checkpoint_text(ORIGIN, edge.size, edge.root))
    memory = await SignerMemory.at_file(memory_beside(key))
    await memory.advance(None, SignedState(ORIGIN, edge.size, edge.root, note))
    await memory.aclose()


async def _copied(log: Path, dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        with closing(sqlite3.connect(f"{log.as_uri()}?mode=ro", uri=True)) as source:
            await connection.execute(_GAPS.format("DISABLE"))
            for table, columns in _TABLES.items():
                rows = _rows(source, table, columns)
                await connection.copy_records_to_table(table, records=rows, columns=columns)
            await connection.execute(_GAPS.format("ENABLE"))
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def _rows(source: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[Any]:
    order = ", ".join(columns[:-1])
    cursor = source.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}")  # noqa: S608 - our names
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from rows
