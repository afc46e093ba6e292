"""A log in either store that its own administrator alters, with no guard in the way."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from demo.processes.postgres import Postgres
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.store.contract import Log
from gateway.audit.tree.merkle import edge_of, leaf_hash
from gateway.audit.tree.proved import CheckedState
from tests.support.audit.database import PRUNER, as_owner, new_schema


@dataclass
class AlteredLog:
    """One log, and who may write its store without having a key."""

    folder: Path
    server: Postgres | None = None
    name: str = "log.db"
    place: str = field(default="", init=False)

    async def begin(self) -> None:
        """Make the tables where they are not made by opening."""
        if self.server:
            self.place = await new_schema(self.server)

    async def open(self, state: CheckedState | None = None) -> Log:
        """The log, checked after `state` alone if one is given."""
        if self.server is None:
            return await AuditLog.open(self.folder / "state" / self.name, state)
        dsn, index = self.server.dsn(self.place, PRUNER), self.folder / "found-by"
        return await PostgresLog.open(dsn, index, state, unsynced=True)

    async def forge(self, index: int, leaf: bytes, *, hashed: bool) -> None:
        """Put another entry there; where `hashed`, its own hash in the tree too."""
        await self.alter(f"UPDATE entry SET leaf = {self._literal(leaf)} WHERE idx = {index}")
        if hashed:
            literal = self._literal(leaf_hash(leaf))
            await self.alter(f"UPDATE leaf_hash SET hash = {literal} WHERE idx = {index}")

    def _literal(self, content: bytes) -> str:
        return f"'\\x{content.hex()}'" if self.server else f"x'{content.hex()}'"

    async def alter(self, sql: str) -> None:
        """Run a statement past every guard."""
        if self.server is not None:
            script = f"SET session_replication_role = replica; {sql}"
            await as_owner(self.server.dsn(self.place), script)
            return
        with closing(sqlite3.connect(self.folder / "state" / self.name)) as opened:
            triggers = opened.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                opened.execute(f"DROP TRIGGER {name}")
            opened.execute(sql)
            for _, made in triggers:
                opened.execute(made)
            opened.commit()


async def state_of(log: Log) -> CheckedState:
    """What its signer would remember of the log now."""
    size = await log.size()
    return CheckedState(size, edge_of(size, await log.nodes([size - 1], size)).root)
