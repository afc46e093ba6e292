"""Every entry that fits is found, newest first, whatever else is asked of it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import LogCorrupt
from gateway.audit.log.embedded import AuditLog
from gateway.audit.search.leaf_reader import index_beside
from gateway.audit.search.terms import digest
from tests.support.audit.examples import NOON, asked
from tests.support.audit.searching import (
    SEARCHES,
    USERS,
    entries,
    newest,
)

HARMS = ("removed", "garbage", "a bitmap altered", "of another log")


@pytest.fixture
async def filled(log: AuditLog) -> AuditLog:
    for entry in entries():
        await log.append(entry)
    return log


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(SEARCHES)
async def test_any_search_finds_what_fits_and_nothing_else(
    filled: AuditLog, search: Search
) -> None:
    found = await filled.search(search)
    assert [logged.index for logged in found] == newest(search, dict(enumerate(entries())))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(SEARCHES, st.integers(1, 7))
async def test_pages_follow_each_other_without_gap_or_repeat(
    filled: AuditLog, search: Search, count: int
) -> None:
    found: list[int] = []
    after: EntryPosition | None = None
    while page := await filled.search(search, after=after, count=count):
        found += [logged.index for logged in page]
        after = EntryPosition.read(page[-1].place.cursor)
    assert found == newest(search, dict(enumerate(entries())))


async def test_a_page_stays_where_it_was_when_the_log_grows(filled: AuditLog) -> None:
    first = await filled.search(Search(), count=5)
    await filled.append(replace(asked(), at=NOON + timedelta(hours=1)))
    second = await filled.search(Search(), after=first[-1].place, count=5)
    assert [*first, *second] == list((await filled.search(Search(), count=11))[1:])


@pytest.mark.parametrize(
    "cursor", ["", "x", "MTIz", "LzE=", "MS8x\n", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTkvMQ=="]
)
def test_what_is_no_cursor_is_none(cursor: str) -> None:
    assert EntryPosition.read(cursor) is None


def alter(index: Path, sql: str) -> None:
    with closing(sqlite3.connect(index)) as connection, connection:
        connection.execute(sql)


@pytest.mark.parametrize("harm", HARMS)
async def test_a_lost_or_foreign_index_is_rebuilt(
    path: Path, filled: AuditLog, tmp_path: Path, harm: str
) -> None:
    before = await filled.search(Search(user=USERS[0]))
    index = index_beside(path)
    alter(index, "PRAGMA wal_checkpoint(TRUNCATE)")
    for file in index.parent.glob(f"{index.name}-*"):
        file.unlink()
    if harm == "removed":
        index.unlink()
    elif harm == "garbage":
        index.write_bytes(b"garbage" * 1000)
    elif harm == "a bitmap altered":
        alter(index, "UPDATE posting SET places = x'00'")
    else:
        other = await AuditLog.open(tmp_path / "other" / "log.db")
        await other.append(asked("elsewhere"))
        await other.search(Search())
        await other.aclose()
        index_beside(tmp_path / "other" / "log.db").replace(index)
    assert await filled.search(Search(user=USERS[0])) == before


LIES = {
    "another's entries under a user's name": (
        "UPDATE posting SET places = (SELECT places FROM posting WHERE term = x'{other}')"
        " WHERE term = x'{user}'"
    ),
    "entries moved in time": "UPDATE stretch SET moments = zeroblob(length(moments))",
    "half a stretch": "UPDATE stretch SET moments = substr(moments, 1, length(moments) / 2)",
}


@pytest.mark.parametrize("lie", sorted(LIES))
async def test_an_index_that_lies_about_an_entry_is_rebuilt(
    path: Path, filled: AuditLog, lie: str
) -> None:
    before = await filled.search(Search(user=USERS[0]))
    user, other = (digest(("user", each)).hex() for each in USERS)
    alter(index_beside(path), LIES[lie].format(user=user, other=other))
    assert await filled.search(Search(user=USERS[0])) == before


@pytest.mark.parametrize("leaf", ["leaf || ' '", "replace(leaf, 'j.okafor', 's.worker')"])
async def test_an_entry_edited_under_a_running_gateway_is_never_shown(
    path: Path, filled: AuditLog, leaf: str
) -> None:
    await filled.search(Search())
    alter(path, "DROP TRIGGER entry_is_final")
    alter(path, f"UPDATE entry SET leaf = CAST({leaf} AS BLOB) WHERE idx = 3")
    with pytest.raises(LogCorrupt) as corrupt:
        await filled.search(Search(user=USERS[0]))
    assert corrupt.value.entry == 3
    assert len(await filled.search(Search(user=USERS[1]))) == 16
