"""However servers take each other's place, a gateway goes on only from what it acknowledged."""

import asyncio
import tempfile
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from demo.processes.postgres import Postgres
from gateway.audit.errors import LogCorrupt, LogNotContinued
from gateway.audit.log import postgres_readers, postgres_writing
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.log.postgres_check import check_rows
from tests.support.audit.database import ROLE, as_owner, new_database
from tests.support.audit.examples import asked
from tests.support.samples import examples

ENTRIES = "SELECT convert_from(leaf, 'UTF8')::jsonb ->> 'query_id' FROM entry ORDER BY idx"
END = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{}'"
NUMBERS = count()
GATEWAYS = 2
# One of the gateways appends or reads; a standby is made; the one made last or first takes over.
STEPS = st.lists(
    st.tuples(st.sampled_from(["append", "append", "read"]), st.integers(0, GATEWAYS - 1))
    | st.sampled_from([("copy", 0), ("swap", 0), ("swap", -1)]),
    min_size=4,
    max_size=12,
)
# A standby lacks the last entry and takes over; another gateway appends there, and then the first.
FORKED = [
    *(("append", 0), ("copy", 0), ("append", 0), ("swap", -1), ("append", 1)),
    *(("append", 0), ("read", 0), ("read", 1), ("append", 1), ("swap", -1), ("append", 0)),
]


@dataclass(slots=True)
class Servers:
    """The database that the address leads to, and those that could take its place."""

    server: Postgres
    live: str
    others: list[str] = field(default_factory=list)

    async def copy(self) -> None:
        """A standby that has everything so far, and gets no more."""
        name = f"{self.live}_copy_{next(NUMBERS)}"
        await self._closed(f"CREATE DATABASE {name} TEMPLATE {self.live}")
        self.others.append(name)

    async def swap(self, place: int) -> None:
        """One of the others takes the place of the live one, which may come back."""
        if self.others:
            other, aside = self.others.pop(place), f"{self.live}_aside_{next(NUMBERS)}"
            await self._closed(
                f"ALTER DATABASE {self.live} RENAME TO {aside}",
                f"ALTER DATABASE {other} RENAME TO {self.live}",
            )
            await as_owner(self.server.dsn(), f"ALTER DATABASE {aside} ALLOW_CONNECTIONS true")
            self.others.append(aside)

    async def names(self) -> list[str]:
        """The entries there, whose tree is whole."""
        connection = await asyncpg.connect(self.server.dsn(self.live))
        try:
            await check_rows(connection)
            return [row[0] for row in await connection.fetch(ENTRIES)]
        finally:
            await connection.close()

    async def _closed(self, *statements: str) -> None:
        await as_owner(self.server.dsn(), f"ALTER DATABASE {self.live} ALLOW_CONNECTIONS false")
        await as_owner(self.server.dsn(), END.format(self.live))
        for statement in statements:
            await as_owner(self.server.dsn(), statement)
        await as_owner(self.server.dsn(), f"ALTER DATABASE {self.live} ALLOW_CONNECTIONS true")


async def live_through(server: Postgres, folder: Path, steps: Iterable[tuple[str, int]]) -> None:
    servers = Servers(server, await new_database(server))
    dsn = server.dsn(servers.live, ROLE)
    known: list[list[str]] = [[] for _ in range(GATEWAYS)]
    async with AsyncExitStack() as stack:
        logs = []
        for number in range(GATEWAYS):
            index = folder / f"{number}-found-by"
            logs.append(await PostgresLog.open(dsn, index, unsynced=True))
            stack.push_async_callback(logs[number].aclose)
        for number, (act, place) in enumerate(steps):
            if act == "copy":
                await servers.copy()
            elif act == "swap":
                await servers.swap(place)
            else:
                entry = f"entry-{number}" if act == "append" else None
                await act_of(logs[place], known[place], servers, entry)


async def act_of(log: PostgresLog, known: list[str], servers: Servers, entry: str | None) -> None:
    """Append or read, and be refused exactly if what this gateway knows is not there."""
    there = await servers.names()
    goes_on = there[: len(known)] == known
    try:
        if entry is None:
            read = [str(each.entry.query_id) for each in await log.entries()]
            assert read == there
        else:
            assert await log.append(asked(entry)) == len(there)
            known[:] = [*there, entry]
            assert await servers.names() == known
    except LogNotContinued:
        assert not goes_on
    else:
        assert goes_on


def lived(server: Postgres, steps: Iterable[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live_through(server, Path(folder), steps))


@settings(max_examples=examples(3), phases=[Phase.generate])
@given(steps=STEPS)
def test_no_gateway_goes_on_from_a_log_that_lacks_what_it_acknowledged(
    postgres: Postgres, steps: list[tuple[str, int]]
) -> None:
    lived(postgres, steps)


def test_a_standby_without_the_last_entries_takes_nobodys_place(postgres: Postgres) -> None:
    lived(postgres, FORKED)


async def looks_at_nothing(*_: object) -> None:
    """Take any log for the one that was written."""


@pytest.mark.parametrize(
    ("where", "name", "fault"),
    [
        (
            postgres_writing,
            "_APPEND",
            "SELECT append_group($1, $2, $3, $4, $5, $6, $8) WHERE $7 <> '\\x00'::bytea",
        ),
        (postgres_readers, "_refuse_other", looks_at_nothing),
    ],
)
def test_the_law_finds_a_gateway_that_appends_or_reads_without_a_look(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, fault: Any
) -> None:
    monkeypatch.setattr(where, name, fault)
    with pytest.raises((AssertionError, LogCorrupt)):
        lived(postgres, FORKED)
