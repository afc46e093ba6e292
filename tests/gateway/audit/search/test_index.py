"""Every entry that fits is found, newest first, whatever else is asked of it."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from structlog.testing import capture_logs

from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.keys.sealing import Sealed
from gateway.audit.log.embedded import AuditLog
from gateway.audit.search.index import SearchIndex
from gateway.audit.search.leaf_reader import LeafReader, index_beside, stored_leaves
from gateway.audit.search.terms import digest
from gateway.audit.store.pace import Pace
from gateway.audit.store.sqlite_file import Reader
from tests.support.audit.examples import MAYA, NOON, asked
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


EDITS = {
    "one entry's bits cleared": "UPDATE posting SET places = {without} WHERE term = x'{user}'",
    "a row deleted": "DELETE FROM posting WHERE term = x'{user}'",
    "a row inserted": "INSERT INTO posting SELECT block, x'00', places FROM posting LIMIT 1",
    "a stretch left out": "DELETE FROM stretch",
    "a block that ends earlier": "UPDATE block SET latest = earliest - 1",
    "counted as drawn": "UPDATE drawn SET size = size - 1",
    "a trigger": "CREATE TRIGGER t AFTER UPDATE ON drawn BEGIN DELETE FROM posting; END",
}


def edit(path: Path, edit_: str) -> None:
    """What a person can do who may write the index and lacks the key of its seal."""
    user = digest(("user", USERS[0]))
    with closing(sqlite3.connect(index_beside(path))) as file:
        (held,) = file.execute("SELECT places FROM posting WHERE term = ?", (user,)).fetchone()
    places = BitMap.deserialize(held)
    places.remove(places[0])
    without = f"x'{places.serialize().hex()}'"
    alter(index_beside(path), EDITS[edit_].format(user=user.hex(), without=without))


@pytest.mark.parametrize("edit_", sorted(EDITS))
async def test_an_index_that_was_edited_is_rebuilt_and_told(
    path: Path, filled: AuditLog, edit_: str
) -> None:
    before = await filled.search(Search(user=USERS[0]))
    edit(path, edit_)
    index = SearchIndex(index_beside(path), partial(stored_leaves, Reader(path)))
    with capture_logs() as events:
        index.hold()
    assert {"event": "copy_altered", "copy": "search index", "log_level": "critical"} in events
    assert index.find(Search(user=USERS[0]), None, 100) == before


@pytest.mark.parametrize("edit_", sorted(EDITS))
async def test_an_index_that_was_edited_at_rest_answers_no_search(
    path: Path, filled: AuditLog, edit_: str
) -> None:
    before = await filled.search(Search(user=USERS[0]))
    await filled.aclose()
    edit(path, edit_)
    again = await AuditLog.open(path)
    assert await again.search(Search(user=USERS[0])) == before
    await again.aclose()


async def test_an_index_is_held_to_what_was_written_within_a_minute(
    path: Path, filled: AuditLog
) -> None:
    await filled.search(Search(user=USERS[0]))
    edit(path, "a row deleted")
    index = SearchIndex(index_beside(path), partial(stored_leaves, Reader(path)))
    now = [0.0]
    pace = Pace(now=lambda: now[0])
    with capture_logs() as events:
        index.look_over(pace, still=lambda: True)
        assert events == []
        now[0] = 30.0
        index.look_over(pace, still=lambda: True)
    assert [event["event"] for event in events] == ["copy_altered"]


async def test_a_stop_waits_for_no_search_that_reads_all_of_the_index(
    filled: AuditLog, path: Path
) -> None:
    await filled.search(Search())

    @contextmanager
    def closing_meanwhile() -> Iterator[LeafReader]:
        index.close()
        with stored_leaves(Reader(path)) as leaves:
            yield leaves

    index = SearchIndex(index_beside(path), closing_meanwhile)
    with pytest.raises(LogUnavailable, match="closed"):
        await asyncio.to_thread(index.find, Search(user=USERS[0]), None, 1)
    assert not index.held.is_set()


async def test_a_search_knows_every_epoch_that_the_log_has(log: AuditLog) -> None:
    for epoch in ("2025", "2026"):
        await log.append(asked("q", Pseudonym(f"{epoch}:{'5a' * 32}")))
    await log.append(replace(asked(), justification=Sealed("2027:" + "A" * 60)))
    assert await log.epochs() == {"2025", "2026", "2027"}


async def test_the_index_takes_a_bounded_number_of_bytes_for_an_entry(
    path: Path, log: AuditLog
) -> None:
    await asyncio.gather(*(log.append(asked(f"q{n}", MAYA)) for n in range(4000)))
    await log.search(Search(user="nobody"))
    alter(index_beside(path), "PRAGMA wal_checkpoint(TRUNCATE)")
    assert index_beside(path).stat().st_size < 100 * 4000


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
