"""An index is an entry on the disk; without one, the caller hears of it and nothing leaves."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract.dates import PartialDate
from gateway.audit.entry.search import Search
from gateway.audit.errors import EntryRefused, LogUnavailable
from gateway.audit.keys.epoch_keys import EpochKeys
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.log.embedded import AuditLog
from gateway.audit.search.leaf_reader import index_beside
from gateway.audit.store.sqlite_check import check_log
from gateway.audit.store.sqlite_file import turn
from tests.support.audit.examples import MAYA, OMAR, asked, everything_in, released
from tests.support.audit.protecting import identifier_pseudonym, person_pseudonym, seal

WAL_HEADER, FRAME_HEADER, PAGE = 32, 24, 4096


def commits(path: Path) -> int:
    """Frames in the write-ahead log that end a commit: they carry the database's size."""
    wal = path.with_name(f"{path.name}-wal").read_bytes()
    frames = range(WAL_HEADER, len(wal), FRAME_HEADER + PAGE)
    return sum(wal[frame + 4 : frame + 8] != bytes(4) for frame in frames)


async def test_entries_are_numbered_from_nought_and_read_back_in_order(log: AuditLog) -> None:
    indexes = [await log.append(entry) for entry in (asked("q1"), released("q1"), asked("q2"))]
    assert indexes == [0, 1, 2]
    assert await log.size() == 3
    assert [replace(logged.entry, nonce=None) for logged in await log.entries()] == [
        asked("q1"),
        released("q1"),
        asked("q2"),
    ]
    assert [logged.index for logged in await log.entries(first=1, count=1)] == [1]


async def test_the_leaf_is_kept_byte_for_byte(log: AuditLog) -> None:
    await log.append(released())
    (logged,) = await log.entries()
    assert replace(logged.entry, nonce=None).leaf() == released().leaf()


async def test_a_question_is_found_with_its_releases(log: AuditLog) -> None:
    for entry in (asked("q1"), asked("q2"), released("q1")):
        await log.append(entry)
    assert [logged.index for logged in await log.search(Search(query_id="q1"))] == [2, 0]


async def test_who_asked_about_a_child_is_found_newest_first(log: AuditLog) -> None:
    for entry in (asked("q1", MAYA), asked("q2", OMAR), asked("q3", OMAR, MAYA, MAYA)):
        await log.append(entry)
    assert [logged.index for logged in await log.search(Search(pseudonyms=frozenset({MAYA})))] == [
        2,
        0,
    ]


async def test_appends_at_once_never_share_an_index(log: AuditLog) -> None:
    names = [f"q{n}" for n in range(500)]
    indexes = await asyncio.gather(*(log.append(asked(name)) for name in names))
    assert sorted(indexes) == list(range(500))
    held = {logged.index: logged.entry.query_id for logged in await log.entries()}
    assert held == dict(zip(indexes, names, strict=True))


async def test_two_gateways_on_one_file_write_one_log(path: Path, log: AuditLog) -> None:
    other = await AuditLog.open(path)
    appends = [each.append(asked()) for each in (log, other) for _ in range(100)]
    indexes = await asyncio.gather(*appends)
    await other.aclose()
    assert sorted(indexes) == list(range(200))


async def test_entries_that_wait_while_the_disk_is_busy_are_committed_once(
    path: Path, log: AuditLog
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(log.append(asked())) for _ in range(100)]
        await asyncio.sleep(0)
        before = commits(path)
        holder.execute("ROLLBACK")
        await asyncio.gather(*waiting)
        # The first may have been on its way alone when the others came.
        assert commits(path) - before <= 2


async def test_a_caller_who_leaves_does_not_disturb_the_others(path: Path, log: AuditLog) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(log.append(asked(f"q{n}"))) for n in range(10)]
        await asyncio.sleep(0)
        waiting[3].cancel()
        holder.execute("ROLLBACK")
        ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(ended[3], asyncio.CancelledError)
    for number in (0, 1, 2, 4, 9):
        (logged,) = await log.search(Search(query_id=f"q{number}"))
        assert logged.index == ended[number]


async def test_when_too_many_wait_the_next_is_refused_at_once(path: Path) -> None:
    log = await AuditLog.open(path, queue_bound=5)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(log.append(asked())) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(LogUnavailable, match="too many"):
            await log.append(asked())
        holder.execute("ROLLBACK")
    assert sorted(await asyncio.gather(*waiting)) == list(range(5))
    assert await log.append(asked()) == 5
    await log.aclose()


async def test_closing_writes_what_waits_and_takes_nothing_more(path: Path) -> None:
    log = await AuditLog.open(path)
    waiting = [asyncio.create_task(log.append(asked())) for _ in range(50)]
    await asyncio.sleep(0)
    await log.aclose()
    await log.aclose()
    assert sorted(await asyncio.gather(*waiting)) == list(range(50))
    with pytest.raises(LogUnavailable, match="closed"):
        await log.append(asked())


def test_what_waits_is_written_even_if_the_gateway_ends_without_closing(path: Path) -> None:
    async def leave() -> AuditLog:
        log = await AuditLog.open(path)
        for _ in range(20):
            asyncio.ensure_future(log.append(asked()))  # noqa: RUF006 - left behind on purpose
        await asyncio.sleep(0)
        return log

    log = asyncio.run(leave())
    asyncio.run(log.aclose())
    assert check_log(path).size == 20


async def test_an_entry_too_long_is_refused_and_the_next_is_taken(log: AuditLog) -> None:
    many = tuple(Pseudonym(f"2026:{number:064x}") for number in range(1000))
    with pytest.raises(EntryRefused):
        await log.append(asked("q1", *many))
    assert await log.append(asked("q2")) == 0


async def test_a_log_that_was_closed_goes_on_where_it_ended(path: Path) -> None:
    for expected in range(3):
        log = await AuditLog.open(path)
        assert await log.append(asked()) == expected
        await log.aclose()


async def test_nobody_else_may_open_the_log_or_its_folder(path: Path, log: AuditLog) -> None:
    await log.append(asked())
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


async def test_nothing_of_the_child_is_in_any_file_of_the_log(path: Path, log: AuditLog) -> None:
    keys = EpochKeys.at(path.parent / "keys", first_epoch="2026")
    number = await identifier_pseudonym(keys, "nhs_number", "9000000009")
    person = await person_pseudonym(keys, ["Quillon"], "Zarrby", PartialDate(2015, 3, 9))
    assert person is not None
    for name in ("q1", "q2"):
        reason = await seal(keys, "Quillon Zarrby, 9000000009, born 2015-03-09", name)
        await log.append(replace(asked(name, number, person), justification=reason))
    written = everything_in(path.parent)
    assert number.encode() in written
    for marker in (b"Quillon", b"quillon", b"Zarrby", b"zarrby", b"9000000009", b"2015-03-09"):
        assert marker not in written


def test_an_entry_does_not_wait_until_a_long_log_has_its_index(tmp_path: Path) -> None:
    log = tmp_path / "audit.sqlite"
    with turn(index_beside(log), 0) as indexing, turn(log, 0) as writing:
        assert (indexing, writing) == (True, True)
