"""In PostgreSQL, with several gateways, it is the same log: one sequence, and nothing changes."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from demo.processes.postgres import Postgres
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import EntryRefused, LogCorrupt, LogUnavailable
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.log.postgres_schema import FINAL, PRUNABLE
from gateway.audit.publish.export import export_log
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.quorum import at_least
from gateway.audit.tree.note import NoteSigner
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.audit.verify.state import State, Trust
from gateway.audit.witness.cosigner import Cosigner
from tests.support.audit.database import ROLE, as_owner, new_database, new_schema
from tests.support.audit.examples import MAYA, asked, released
from tests.support.audit.programs import running
from tests.support.audit.publishing import ORIGIN, Minutes, write
from tests.support.audit.searching import SEARCHES, entries, newest
from tests.support.audit.signing import signing
from tests.support.samples import examples

Opener = Callable[[], Awaitable[PostgresLog]]


@pytest.fixture
async def database(postgres: Postgres) -> str:
    return await new_schema(postgres)


@pytest.fixture
async def opened(postgres: Postgres, database: str, tmp_path: Path) -> AsyncIterator[Opener]:
    """Opens one more gateway's log on the same database; all are closed in the end."""
    async with AsyncExitStack() as stack:

        async def one_more() -> PostgresLog:
            log = await PostgresLog.open(
                postgres.dsn(database, ROLE), tmp_path / "found-by", unsynced=True
            )
            stack.push_async_callback(log.aclose)
            return log

        yield one_more


@pytest.fixture
async def log(opened: Opener) -> PostgresLog:
    return await opened()


async def test_entries_are_numbered_and_read_back_byte_for_byte(log: PostgresLog) -> None:
    written = [asked("q1"), released("q1"), asked("q2")]
    assert [await log.append(entry) for entry in written] == [0, 1, 2]
    read = [replace(logged.entry, nonce=None) for logged in await log.entries()]
    assert [each.leaf() for each in read] == [each.leaf() for each in written]
    assert await log.size() == 3


async def test_an_entry_too_long_is_refused_and_the_next_is_taken(log: PostgresLog) -> None:
    many = tuple(Pseudonym(f"2026:{number:064x}") for number in range(1000))
    with pytest.raises(EntryRefused):
        await log.append(asked("q1", *many))
    assert await log.append(asked("q2")) == 0


async def test_several_gateways_write_one_log_without_gap_or_fork(
    tmp_path: Path, opened: Opener
) -> None:
    logs = [await opened() for _ in range(3)]
    signer = await signing(NoteSigner.at(tmp_path / "key", ORIGIN), tmp_path)
    publications = [await Publication.open(each, signer, Minutes()) for each in logs]
    appends = [each.append(asked(f"q{n}")) for n in range(150) for each in logs]
    assert sorted(await asyncio.gather(*appends)) == list(range(450))
    states = [await each.newest() for each in publications]
    assert len({state.note for state in states}) == 1
    await export_log(publications[0], tmp_path / "export")
    trust = Trust(VerifierKey.read(signer.verifier_key))
    kept = State.read(states[1].note.encode(), trust)
    assert check_log(open_place(str(tmp_path / "export")), trust, [kept]).state.size == 450


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=examples(30),
    deadline=None,
)
@given(SEARCHES, st.integers(1, 9))
async def test_any_search_finds_what_fits_page_by_page(
    log: PostgresLog, search: Search, count: int
) -> None:
    if not await log.size():
        for entry in entries():
            await log.append(entry)
    found: list[int] = []
    after: EntryPosition | None = None
    while page := await log.search(search, after=after, count=count):
        found += [logged.index for logged in page]
        after = page[-1].place
    assert found == newest(search, dict(enumerate(entries())))


@pytest.mark.parametrize("table", [PRUNABLE, *FINAL, "source_version", "enactment", "account_link"])
async def test_the_gateways_role_may_add_and_change_nothing(
    postgres: Postgres, database: str, log: PostgresLog, table: str
) -> None:
    await log.append(asked("q1", MAYA))
    columns = {"tile_hash": "level", "checkpoint": "size", "cosignature": "size"}
    columns |= {"source_version": "number", "enactment": "generation", "account_link": "entry"}
    column = (columns | {"pruned": "first", "group_mark": "first"}).get(table, "idx")
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = 9", f"TRUNCATE {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_owner(postgres.dsn(database, ROLE), change)
        with pytest.raises(asyncpg.RaiseError, match="stays as it is"):
            await as_owner(postgres.dsn(database), change + " CASCADE" * ("TRUNC" in change))


async def test_an_entry_out_of_its_place_is_refused(
    postgres: Postgres, database: str, log: PostgresLog
) -> None:
    await log.append(asked())
    slip = "INSERT INTO entry SELECT 2, leaf FROM entry WHERE idx = 0"
    with pytest.raises(asyncpg.RaiseError, match="next index"):
        await as_owner(postgres.dsn(database, ROLE), slip)


@pytest.mark.parametrize(
    ("tampering", "entry"),
    [
        ("UPDATE entry SET leaf = leaf || ' ' WHERE idx = 5", 5),
        ("DELETE FROM leaf_hash WHERE idx = 7", 7),
        ("UPDATE tile_hash SET hash = '\\x00' WHERE place = 0", 0),
        ("INSERT INTO leaf_hash VALUES (999, '\\x00')", 300),
    ],
)
async def test_what_its_owner_changed_is_named_and_the_log_not_gone_on_with(
    postgres: Postgres, database: str, opened: Opener, tampering: str, entry: int
) -> None:
    log = await opened()
    await write(log, 300)
    await log.aclose()
    off = "SET session_replication_role = replica;"
    await as_owner(postgres.dsn(database), off + tampering)
    with pytest.raises(LogCorrupt) as corrupt:
        await opened()
    assert corrupt.value.entry == entry


async def test_an_entry_that_its_owner_edited_under_a_running_gateway_is_never_shown(
    postgres: Postgres, database: str, log: PostgresLog
) -> None:
    await write(log, 9)
    assert len(await log.search(Search(), count=9)) == 9
    off = "SET session_replication_role = replica;"
    edit = "UPDATE entry SET leaf = leaf || ' ' WHERE idx = 5"
    await as_owner(postgres.dsn(database), off + edit)
    with pytest.raises(LogCorrupt) as corrupt:
        await log.search(Search())
    assert corrupt.value.entry == 5


async def test_gateways_that_take_turns_each_go_on_from_what_the_other_wrote(
    opened: Opener,
) -> None:
    one, other = await opened(), await opened()
    turns = [one, other, other, other, one, one, other]
    assert [await each.append(asked(f"q{n}")) for n, each in enumerate(turns)] == [*range(7)]
    await (await opened()).aclose()  # which checks every entry and the tree over them


async def test_a_gateway_that_was_idle_goes_on_after_thousands_of_others_entries(
    opened: Opener,
) -> None:
    idle, busy = await opened(), await opened()
    assert await idle.append(asked("first")) == 0
    await write(busy, 2500)
    assert await idle.append(asked("last")) == 2501
    await (await opened()).aclose()  # which checks every entry and the tree over them


@pytest.fixture
def failing() -> Iterator[Postgres]:
    """A server of this test's own, to be ended at once."""
    folder = Path(tempfile.mkdtemp(prefix="teamaround-postgres-"))
    folder.chmod(0o711)
    with Postgres(folder / "data") as server:
        yield server
    shutil.rmtree(folder)


async def test_of_several_gateways_no_acknowledged_entry_is_lost_with_the_server(
    tmp_path: Path, failing: Postgres
) -> None:
    schema, index = await new_schema(failing), tmp_path / "found-by"

    async def open_log() -> PostgresLog:
        return await PostgresLog.open(failing.dsn(schema, ROLE), index, unsynced=True)

    one, other = await open_log(), await open_log()
    for number in range(5):
        assert await one.append(asked(f"one-{number}")) == 2 * number
        assert await other.append(asked(f"other-{number}")) == 2 * number + 1
    failing.fail()
    for each in (one, other):
        await each.aclose()
    failing.start_again()
    log = await open_log()
    assert await log.size() == 10
    await log.aclose()


async def test_a_log_that_was_cut_and_written_on_by_others_is_not_gone_on_with(
    postgres: Postgres, database: str, opened: Opener
) -> None:
    log = await opened()
    await write(log, 5)
    off = "SET session_replication_role = replica;"
    cut = "DELETE FROM entry WHERE idx > 2; DELETE FROM leaf_hash WHERE idx > 2;"
    await as_owner(postgres.dsn(database), off + cut)
    await write(await opened(), 9, "a.different")
    with pytest.raises(LogUnavailable):
        await log.append(asked())


FAILING_COMMITS = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$;
CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION fail();
"""


async def test_after_a_commit_that_failed_the_next_entry_takes_its_place(
    postgres: Postgres, database: str, opened: Opener
) -> None:
    one, other = await opened(), await opened()
    assert await one.append(asked("q0")) == 0
    await as_owner(postgres.dsn(database), FAILING_COMMITS)
    for log in (one, other):
        with pytest.raises(LogUnavailable):
            await log.append(asked("lost"))
    await as_owner(postgres.dsn(database), "DROP TRIGGER fails ON entry")
    assert [await log.append(asked("kept")) for log in (other, one)] == [1, 2]


async def test_tables_of_which_something_is_missing_are_refused(
    postgres: Postgres, database: str, opened: Opener
) -> None:
    await as_owner(postgres.dsn(database), "DROP FUNCTION append_entries")
    with pytest.raises(LogUnavailable, match="not all of one"):
        await opened()


async def test_an_acknowledged_entry_survives_kill_9_of_any_gateway(
    postgres: Postgres, database: str, opened: Opener, tmp_path: Path
) -> None:
    acknowledged: dict[int, str] = {}
    dsn, index = postgres.dsn(database, ROLE), str(tmp_path / "found-by")
    for run, lines in enumerate((3, 60, 200)):
        with (
            running("appending_together", dsn, f"{run}a", index) as one,
            running("appending_together", dsn, f"{run}b", index) as other,
        ):
            assert one.stdout is not None
            assert other.stdout is not None
            printed = [one.stdout.readline() for _ in range(lines)]
            printed += [other.stdout.readline() for _ in range(lines)]
            for process in (one, other):
                process.kill()
            printed += [*one.stdout.readlines(), *other.stdout.readlines()]
        whole = (line.split() for line in printed if line.endswith("\n"))
        acknowledged |= {int(index): query_id for index, query_id in whole}
    log = await opened()
    size = await log.size()
    held = {each.index: each.entry.query_id for each in await log.entries(count=size)}
    assert sorted(held) == list(range(size))
    assert acknowledged.items() <= held.items()


async def test_a_server_that_forgets_is_refused(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    with pytest.raises(LogUnavailable, match="fsync"):
        await PostgresLog.open(postgres.dsn(database, ROLE), tmp_path / "found-by")


async def test_several_servers_and_no_standby_that_confirms_are_told(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    one = postgres.dsn(database, ROLE)
    place = one.partition("@")[2].partition("/")[0]
    several = one.replace(place, f"{place},{place}")
    for dsn, told in ((one, []), (several, ["log_on_one_server"])):
        with capture_logs() as said:
            await (await PostgresLog.open(dsn, tmp_path / "found-by", unsynced=True)).aclose()
        assert [each["event"] for each in said] == told


async def test_a_database_that_is_gone_fails_closed_and_recovers(
    postgres: Postgres, tmp_path: Path
) -> None:
    database = await new_database(postgres)
    log = await PostgresLog.open(postgres.dsn(database, ROLE), tmp_path / "found-by", unsynced=True)
    await log.append(asked("before"))
    await as_owner(postgres.dsn(), f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    await as_owner(postgres.dsn(), end)
    with pytest.raises(LogUnavailable):
        await log.append(asked("away"))
    with pytest.raises(LogUnavailable):
        await log.size()
    await as_owner(postgres.dsn(), f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert await log.append(asked("back")) == 1
    await log.aclose()


async def test_a_restored_older_database_takes_nothing(
    postgres: Postgres, database: str, log: PostgresLog
) -> None:
    await write(log, 5)
    off = "SET session_replication_role = replica;"
    await as_owner(postgres.dsn(database), f"{off} DELETE FROM entry; DELETE FROM leaf_hash;")
    with pytest.raises(LogUnavailable):
        await log.append(asked())


async def test_closing_writes_what_waits_and_takes_nothing_more(log: PostgresLog) -> None:
    waiting = [asyncio.create_task(log.append(asked())) for _ in range(50)]
    await asyncio.sleep(0)
    await log.aclose()
    await log.aclose()
    assert sorted(await asyncio.gather(*waiting)) == list(range(50))
    with pytest.raises(LogUnavailable, match="closed"):
        await log.append(asked())


async def test_a_witnesss_signature_is_kept_with_the_state_it_is_under(
    tmp_path: Path, log: PostgresLog
) -> None:
    signer = await signing(NoteSigner.at(tmp_path / "key", ORIGIN), tmp_path)
    witness = Cosigner.at(tmp_path / "witness-key", "w1")
    publication = await Publication.open(
        log, signer, Minutes(), [VerifierKey.read(witness.verifier_key)]
    )
    await write(log, 2)
    text = (await publication.newest()).note.partition("\n\n")[0] + "\n"
    for at in (100, 160):
        await log.cosign(2, "w1", at, witness.cosign(text, at))
    await write(log, 1)
    newest = await publication.newest()
    witnessed = await publication.cosigned(at_least(1))
    assert witnessed is not None
    assert (witnessed.size, witnessed.cosigners) == (2, ("w1",))
    assert witnessed.note.endswith(witness.cosign(text, 160))
    assert newest.cosigners == ()
    assert [each.size for each in await log.cosigned("w1")] == [2, 2]
    assert await publication.cosigned(at_least(2)) is None
