"""What a written policy no longer keeps goes, declared first; what it says nothing of stays."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.processes.postgres import Postgres
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.range import EntryRange, joined, ranges_of
from gateway.audit.entry.search import Search
from gateway.audit.errors import (
    EntryRefused,
    LogCorrupt,
    LogUnavailable,
    PolicyUnusable,
)
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.publish.pruning import due_ranges, prune, pruning
from gateway.audit.publish.retention_policy import Retention
from gateway.audit.store.contract import Log
from gateway.audit.store.sqlite_check import check_log
from tests.support.audit.database import PRUNER, ROLE, as_owner, new_schema
from tests.support.audit.examples import MAYA, NOON, OMAR, asked, everything_in
from tests.support.audit.pruned import (
    OFFICER,
    POLICY,
    fill,
    nobody_to_ask,
    policy,
    pruned,
    publication_of,
)

OLD_ONES = frozenset(i for i in range(30) if i % 3 != 2)


@pytest.fixture
async def database(postgres: Postgres) -> str:
    return await new_schema(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
async def either(
    request: pytest.FixtureRequest, path: Path, postgres: Postgres, database: str, tmp_path: Path
) -> AsyncIterator[Log]:
    """A log in each store, as who prunes opens it."""
    if request.param == "sqlite":
        opened: Log = await AuditLog.open(path)
    else:
        opened = await PostgresLog.open(
            postgres.dsn(database, PRUNER), tmp_path / "found-by", unsynced=True
        )
    yield opened
    await opened.aclose()


async def indexes(log: Log) -> list[int]:
    return [logged.index for logged in await log.entries()]


async def test_old_entries_go_and_everything_else_stays(either: Log, tmp_path: Path) -> None:
    await fill(either, 30, 30)
    done = await pruned(await publication_of(either, tmp_path), policy(tmp_path))
    assert (done.declared, done.removed) == (20, 20)
    assert await indexes(either) == [i for i in range(61) if i not in OLD_ONES]
    assert {i for i in range(70) if (await either.pruned()).covers(i)} == OLD_ONES


async def test_the_pruning_says_by_whom_and_under_which_policy(either: Log, tmp_path: Path) -> None:
    await fill(either, 30, 30)
    retention = policy(tmp_path)
    await pruned(await publication_of(either, tmp_path), retention)
    (said,) = await either.search(Search(kind=AuditKind.PRUNING))
    assert (said.index, said.entry.user, said.entry.at) == (60, OFFICER, NOON)
    assert said.entry.policy_version == "Retention schedule 4.2"
    assert said.entry.document == retention.digest
    assert {i for span in said.entry.pruned for i in range(span.first, span.last + 1)} == OLD_ONES


async def test_a_pruned_childs_entries_are_found_by_nobody(either: Log, tmp_path: Path) -> None:
    await fill(either, 30, 3)
    assert len(await either.search(Search(pseudonyms=frozenset({MAYA})))) == 30
    await pruned(await publication_of(either, tmp_path), policy(tmp_path))
    found = await either.search(Search(pseudonyms=frozenset({MAYA})))
    assert {logged.entry.kind for logged in found} == {AuditKind.BREAK_GLASS}
    assert len(await either.search(Search(agency="anywhere-schools", before=NOON))) == 10
    assert len(await either.search(Search(pseudonyms=frozenset({OMAR})))) == 3
    assert await either.search(Search(query_id="query-0")) == ()


async def test_the_log_goes_on_and_its_root_is_the_one_it_had(either: Log, tmp_path: Path) -> None:
    publication = await publication_of(either, tmp_path)
    await fill(either, 300, 10)
    before = await publication.newest()
    await pruned(publication, policy(tmp_path))
    assert await either.append(asked("after")) == 311
    assert (await publication.growth(before.size, 312)) != []
    assert (await publication.newest()).size == 312
    assert await publication.proof(0)


async def test_what_is_due_twice_is_declared_once(either: Log, tmp_path: Path) -> None:
    publication, retention = await publication_of(either, tmp_path), policy(tmp_path)
    await fill(either, 30, 3)
    await pruned(publication, retention)
    size = await either.size()
    assert (await pruned(publication, retention)).removed == 0
    assert await either.size() == size


async def test_two_who_prune_at_the_same_time_count_no_entry_twice(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    dsn, retention = postgres.dsn(database, PRUNER), policy(tmp_path)
    logs = [await PostgresLog.open(dsn, tmp_path / name, unsynced=True) for name in ("a", "b")]
    await fill(logs[0], 300, 3)
    each = [await publication_of(log, tmp_path) for log in logs]
    due = await due_ranges(logs[0], retention, NOON)
    declared = pruning(retention, OFFICER, NOON)
    done = await asyncio.gather(*(prune(at, due, declared, nobody_to_ask) for at in each))
    assert sum(one.removed for one in done) == 200
    assert await indexes(logs[1]) == [i for i in range(305) if i >= 300 or i % 3 == 2]
    for log in logs:
        await log.aclose()


async def test_a_pruning_that_broke_off_is_finished_by_the_next(
    either: Log, tmp_path: Path
) -> None:
    publication, retention = await publication_of(either, tmp_path), policy(tmp_path)
    await fill(either, 30, 3)
    due = await due_ranges(either, retention, NOON)
    await either.append(pruning(retention, OFFICER, NOON)(tuple(due)))
    done = await pruned(publication, retention)
    assert (done.declared, done.removed) == (0, 20)


async def test_without_its_witnesses_nothing_goes(either: Log, tmp_path: Path) -> None:
    async def silent(_: int) -> None:
        raise LogUnavailable("too few witnesses")

    await fill(either, 30, 3)
    publication, retention = await publication_of(either, tmp_path), policy(tmp_path)
    due = await due_ranges(either, retention, NOON)
    with pytest.raises(LogUnavailable):
        await prune(publication, due, pruning(retention, OFFICER, NOON), silent)
    assert len(await indexes(either)) == 34


async def test_many_spans_are_declared_in_several_entries(either: Log, tmp_path: Path) -> None:
    publication, retention = await publication_of(either, tmp_path), policy(tmp_path)
    far = [EntryRange(10**9 + 2 * n, 10**9 + 2 * n) for n in range(1500)]
    assert len(pruning(retention, OFFICER, NOON)(tuple(far)).leaf()) < 0xFFFF
    await fill(either, 9, 1)
    await prune(
        publication,
        [EntryRange(0, 0), EntryRange(3, 4)],
        pruning(retention, "x", NOON),
        nobody_to_ask,
    )
    assert await indexes(either) == [1, 2, *range(5, 11)]


async def test_a_clock_that_stepped_back_prunes_nothing_early(either: Log, tmp_path: Path) -> None:
    await either.append(asked("now"))
    await either.append(replace(asked("stepped-back"), at=datetime(1970, 1, 1, tzinfo=UTC)))
    assert await due_ranges(either, policy(tmp_path), NOON) == []


async def test_a_kind_that_the_policy_leaves_out_stays_for_good(
    either: Log, tmp_path: Path
) -> None:
    await fill(either, 9, 0)
    far = NOON + timedelta(days=365 * 300)
    assert await due_ranges(either, policy(tmp_path), far) == [
        EntryRange(0, 1),
        EntryRange(3, 4),
        EntryRange(6, 7),
    ]


async def test_the_bytes_are_in_no_file_any_more(path: Path, tmp_path: Path) -> None:
    log = await AuditLog.open(path)
    await fill(log, 600, 3)
    await log.search(Search(query_id="query-1"))
    assert b"query-301" in everything_in(path.parent)
    await pruned(await publication_of(log, tmp_path), policy(tmp_path))
    await log.aclose()
    left = everything_in(path.parent)
    assert b"query-302" in left
    assert not any(f'query-{n}"'.encode() in left for n in range(600) if n % 3 != 2)
    assert check_log(path).size == 604


async def test_a_reader_of_the_journal_is_named_and_the_next_run_empties_it(
    path: Path, tmp_path: Path
) -> None:
    log = await AuditLog.open(path)
    await fill(log, 30, 3)
    publication, retention = await publication_of(log, tmp_path), policy(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(LogUnavailable, match="prune again"):
            await pruned(publication, retention)
    await pruned(publication, retention)
    assert b'query-0"' not in everything_in(path.parent)
    await log.aclose()


async def test_a_gateway_that_runs_meanwhile_goes_on(path: Path, tmp_path: Path) -> None:
    gateway, officer = await AuditLog.open(path), await AuditLog.open(path)
    await fill(officer, 300, 3)
    publication = await publication_of(officer, tmp_path)
    appends = asyncio.gather(*(gateway.append(asked(f"q{n}")) for n in range(100)))
    await pruned(publication, policy(tmp_path))
    await appends
    assert len(await gateway.search(Search(pseudonyms=frozenset({MAYA})))) == 100
    await gateway.aclose()
    await officer.aclose()
    assert check_log(path).size == 404


@pytest.mark.parametrize(
    "meddling",
    [
        "DELETE FROM entry WHERE idx = 2",
        "DELETE FROM entry WHERE idx = 40",
        "DELETE FROM pruned",
        "UPDATE pruned SET last = 99",
        "INSERT INTO pruned VALUES (31, 31, 60)",
        "INSERT INTO pruned VALUES (3, 4, 59)",
        "INSERT INTO pruned VALUES (60, 60, 60)",
        "UPDATE entry SET leaf = x'00' WHERE idx = 2",
        "INSERT INTO entry VALUES (0, x'00')",
    ],
)
async def test_triggers_allow_a_declared_pruning_and_nothing_else(
    path: Path, tmp_path: Path, meddling: str
) -> None:
    log = await AuditLog.open(path)
    await fill(log, 30, 30)
    await pruned(await publication_of(log, tmp_path), policy(tmp_path))
    await log.aclose()
    with closing(sqlite3.connect(path)) as meddler, pytest.raises(sqlite3.IntegrityError):
        meddler.execute(meddling)


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("DELETE FROM entry WHERE idx = 5", 5),
        ("INSERT INTO pruned VALUES (8, 8, 60); DELETE FROM entry WHERE idx = 8", 8),
        ("DELETE FROM pruned WHERE first = 9", 9),
        ("DELETE FROM entry WHERE idx = 60", 60),
    ],
)
async def test_what_goes_undeclared_is_found_at_start(
    path: Path, tmp_path: Path, tampering: str, named: int
) -> None:
    log = await AuditLog.open(path)
    await fill(log, 30, 30)
    await pruned(await publication_of(log, tmp_path), policy(tmp_path))
    await log.append(asked("later"))
    await log.aclose()
    with closing(sqlite3.connect(path)) as meddler:
        found = meddler.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        triggers = found.fetchall()
        off = [f"DROP TRIGGER {name};" for name, _ in triggers]
        meddler.executescript("".join([*off, tampering, *(f";{sql}" for _, sql in triggers)]))
        meddler.commit()
    with pytest.raises(LogCorrupt) as corrupt:
        check_log(path)
    assert corrupt.value.entry == named


@pytest.mark.parametrize(
    ("role", "meddling"),
    [
        (ROLE, "DELETE FROM entry WHERE idx = 0"),
        (ROLE, "INSERT INTO pruned VALUES (0, 1, 60)"),
        (PRUNER, "DELETE FROM entry WHERE idx = 2"),
        (PRUNER, "DELETE FROM leaf_hash WHERE idx = 0"),
        (PRUNER, "INSERT INTO pruned VALUES (2, 2, 60)"),
        (PRUNER, "UPDATE entry SET leaf = '' WHERE idx = 0"),
        (PRUNER, "TRUNCATE entry"),
        ("postgres", "DELETE FROM entry WHERE idx = 2"),
        ("postgres", "DELETE FROM pruned"),
    ],
)
async def test_in_postgresql_each_role_may_do_its_own_alone(
    postgres: Postgres, database: str, tmp_path: Path, role: str, meddling: str
) -> None:
    log = await PostgresLog.open(
        postgres.dsn(database, PRUNER), tmp_path / "found-by", unsynced=True
    )
    await fill(log, 30, 30)
    await pruned(await publication_of(log, tmp_path), policy(tmp_path))
    await log.aclose()
    with pytest.raises((asyncpg.RaiseError, asyncpg.InsufficientPrivilegeError)):
        await as_owner(postgres.dsn(database, role), meddling)


async def test_a_gateway_opens_a_pruned_log_in_postgresql_and_cannot_prune_it(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    officer = await PostgresLog.open(
        postgres.dsn(database, PRUNER), tmp_path / "found-by", unsynced=True
    )
    await fill(officer, 30, 3)
    await pruned(await publication_of(officer, tmp_path), policy(tmp_path))
    gateway = await PostgresLog.open(
        postgres.dsn(database, ROLE), tmp_path / "found-by", unsynced=True
    )
    assert await gateway.append(asked("next")) == 34
    with pytest.raises(LogUnavailable, match="InsufficientPrivilege"):
        await gateway.prune(33)
    await gateway.aclose()
    await officer.aclose()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "policy"),
        ("policy = 1", "policy"),
        ("policy", "TOML"),
        ('policy = "p"\n[keep_years]\n', "keep_years"),
        ('policy = "p"\n[keep_years]\nINTENT = 0\n', "INTENT"),
        ('policy = "p"\n[keep_years]\nINTENT = -8\n', "INTENT"),
        ('policy = "p"\n[keep_years]\nINTENTS = 8\n', "INTENTS"),
        ('policy = "p"\n[keep_years]\nPRUNING = 8\n', "stay for good"),
        (POLICY + "[keep_days]\nREVIEW = 1\n", "keep_days"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyUnusable, match=said):
        policy(tmp_path, text)
    with pytest.raises(PolicyUnusable, match="nowhere"):
        Retention.read(tmp_path / "nowhere")


def test_eight_years_before_a_leap_day_is_a_day_of_that_february(tmp_path: Path) -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    years = POLICY.replace("INTENT = 8", "INTENT = 9")
    cutoffs = policy(tmp_path, years).cutoffs(leap)
    assert cutoffs[AuditKind.INTENT] == datetime(2019, 2, 28, 12, tzinfo=UTC)
    assert cutoffs[AuditKind.RELEASE] == datetime(2020, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "spans",
    [
        (EntryRange(3, 2),),
        (EntryRange(-1, 2),),
        (EntryRange(0, 1), EntryRange(2, 3)),
        (EntryRange(5, 6), EntryRange(0, 1)),
        (EntryRange(0, 4), EntryRange(2, 6)),
    ],
)
def test_a_pruning_of_spans_out_of_order_is_refused(spans: tuple[EntryRange, ...]) -> None:
    with pytest.raises(EntryRefused):
        Entry(kind=AuditKind.PRUNING, at=NOON, pruned=spans)


@given(st.sets(st.integers(0, 200)))
def test_spans_hold_exactly_the_entries_they_were_made_of(indexes: set[int]) -> None:
    spans = joined(ranges_of(sorted(indexes)))
    assert {i for i in range(202) if spans.covers(i)} == indexes
    assert spans.count == len(indexes)
    for first in range(0, 200, 7):
        assert spans.meet(first, first + 6) == bool(indexes & {*range(first, first + 7)})
