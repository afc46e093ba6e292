"""A gateway's files become tables: every leaf, proof and signed state is there, or nothing is."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from demo.processes.postgres import Postgres
from gateway.audit.errors import LogUnavailable
from gateway.audit.log.embedded import AuditLog
from gateway.audit.publish.export import export_log
from gateway.audit.publish.pruning import due_ranges, pruning
from gateway.audit.publish.publication import Publication
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import Trust
from tests.support.audit.database import as_owner
from tests.support.audit.examples import NOON, asked
from tests.support.audit.pruned import OFFICER, fill, policy, publication_of
from tests.support.audit.publishing import Minutes
from tests.support.audit.recorded import IN_SQLITE, Recorded, file_rows, verify, write_files
from tests.support.audit.signing import signing
from tests.support.audit.stores import Stores, empty_tables
from tests.support.verify.published import REAL, TRUST


@pytest.fixture(params=IN_SQLITE)
async def moving(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Stores:
    """Files of this release, and the empty tables that the settings name."""
    return await upgraded_files(tmp_path, request.param, postgres)


async def upgraded_files(folder: Path, name: str, server: Postgres) -> Stores:
    write_files(name, folder / "state")
    assert (await Stores(folder).db("upgrade")).exit_code == 0
    return await empty_tables(folder, server)


def moved_log(stores: Stores) -> Path:
    return stores.state / "audit.sqlite"


async def test_what_was_proved_of_a_log_in_a_file_holds_in_postgresql(
    moving: Stores, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    said = Recorded.of(request.node.callspec.params["moving"])
    before = file_rows(moved_log(moving))
    copied = await moving.db("copy")
    assert (copied.exit_code, copied.stderr) == (0, "")
    assert f"{said.size} entries, root {said.root}" in copied.stdout
    assert await moving.rows() == before
    assert verify(await moving.rows(), said, tmp_path / "there") == said.size
    log = await moving.log()
    assert await log.append(asked("there")) == said.size
    publication = await Publication.open(
        log, await signing(REAL, tmp_path), Minutes(), sign_unmarked=True
    )
    await export_log(publication, tmp_path / "export")
    await log.aclose()
    grown = check_log(open_place(str(tmp_path / "export")), TRUST, said.states)
    assert grown.state.size == said.size + 1


async def test_what_ledger_and_grants_hold_is_the_same_there(
    moving: Stores, tmp_path: Path
) -> None:
    files = Stores(tmp_path)
    ledger, grants = await files.ledger(), await files.grants()
    await moving.db("copy")
    there, given = await moving.ledger(), await moving.grants()
    assert await there.head() == await ledger.head()
    assert await there.newest() == await ledger.newest()
    assert await there.links() == await ledger.links()
    assert await given.entries() == await grants.entries()
    assert await given.unreviewed(41) == await grants.unreviewed(41)
    assert {*await given.claim(60)} == {*await grants.claim(60)}
    for each in (ledger, grants, there, given):
        await each.aclose()


@pytest.mark.parametrize("broke_off", [False, True])
async def test_a_pruned_log_is_copied_with_its_gaps_and_its_proofs(
    postgres: Postgres, tmp_path: Path, *, broke_off: bool
) -> None:
    stores, retention = await empty_tables(tmp_path, postgres), policy(tmp_path)
    log = await AuditLog.open(moved_log(stores))
    await fill(log, 30, 3)
    publication = await publication_of(log, tmp_path)
    proof, (third,) = await publication.proof(3), await log.entries(3, 1)
    due = await due_ranges(log, retention, NOON)
    declared = await log.append(pruning(retention, OFFICER, NOON)(tuple(due)))
    if not broke_off:
        assert await log.prune(declared) == 20
    await log.aclose()
    copied = await stores.db("copy")
    assert (copied.exit_code, copied.stderr) == (0, "")
    there = await stores.log()
    held = [logged.index for logged in await there.entries()]
    assert held == [i for i in range(34) if broke_off or i >= 30 or i % 3 == 2]
    known = publication.signer.verifier_key
    publication = await publication_of(there, tmp_path)
    await export_log(publication, tmp_path / "export")
    trust = Trust(VerifierKey.read(known))
    found = check_log(open_place(str(tmp_path / "export")), trust)
    assert (found.state.size, found.gone) == (34, 0 if broke_off else 20)
    ReceiptProof.read(proof.encode()).check(trust, third.leaf)
    await there.aclose()


async def test_after_a_copy_the_old_log_takes_no_entry_and_says_where_it_goes_on(
    postgres: Postgres, tmp_path: Path
) -> None:
    stores = await upgraded_files(tmp_path, "before_numbers", postgres)
    running = await AuditLog.open(moved_log(stores))
    assert (await stores.db("copy")).exit_code == 0
    with pytest.raises(LogUnavailable):
        await running.append(asked("too-late"))
    await running.aclose()
    with pytest.raises(LogUnavailable, match="continues there"):
        await AuditLog.open(moved_log(stores))
    again = await stores.db("copy")
    assert (again.exit_code, "continues there" in again.stderr) == (2, True)
    assert (await Stores(tmp_path).db("status")).exit_code == 1


async def test_of_entries_that_stream_in_meanwhile_each_acknowledged_one_is_in_the_copy(
    postgres: Postgres, tmp_path: Path
) -> None:
    stores = await upgraded_files(tmp_path, "before_numbers", postgres)
    running = await AuditLog.open(moved_log(stores))
    acknowledged: list[int] = []
    began = asyncio.Event()

    async def append(name: str) -> None:
        for number in range(10_000):
            try:
                acknowledged.append(await running.append(asked(f"{name}-{number}")))
            except LogUnavailable:
                return
            began.set()

    streams = [asyncio.create_task(append(name)) for name in "abcd"]
    await began.wait()
    copied = await stores.db("copy")
    await asyncio.gather(*streams)
    await running.aclose()
    assert copied.exit_code == 0
    there = {index for index, _ in (await stores.rows())["entry"]}
    assert {*acknowledged} <= there
    await (await stores.log()).aclose()  # which checks every entry and the tree over them


@pytest.mark.parametrize(
    "row",
    [
        "INSERT INTO entry VALUES (0, 'x')",
        "INSERT INTO notice (about, idx, place, kind) VALUES ('a', 1, 'b', 'c')",
        "INSERT INTO source_version VALUES ('s', 1, '', '', '', '', '', '', 1, '', '', '')",
    ],
)
async def test_tables_that_hold_anything_are_not_copied_into(
    postgres: Postgres, tmp_path: Path, row: str
) -> None:
    stores = await upgraded_files(tmp_path, "before_numbers", postgres)
    await as_owner(stores.owner, row)
    refused = await stores.db("copy")
    assert refused.exit_code == 2
    await (await Stores(tmp_path).log()).aclose()  # the files go on


async def test_files_that_a_gateway_serves_are_not_copied(
    postgres: Postgres, tmp_path: Path
) -> None:
    stores = await upgraded_files(tmp_path, "before_numbers", postgres)
    ledger = await Stores(tmp_path).ledger()
    await ledger.hold("a gateway", await ledger.generation(), 600)
    refused = await stores.db("copy")
    assert (refused.exit_code, "stop it, then copy" in refused.stderr) == (2, True)
    await ledger.let_go("a gateway")
    assert (await stores.db("copy")).exit_code == 0


async def test_an_edited_log_is_not_copied(postgres: Postgres, tmp_path: Path) -> None:
    stores = await upgraded_files(tmp_path, "before_numbers", postgres)
    with closing(sqlite3.connect(moved_log(stores))) as file:
        (trigger,) = file.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'entry_is_final'"
        ).fetchone()
        file.executescript(
            "DROP TRIGGER entry_is_final;"
            f"UPDATE entry SET leaf = CAST(leaf || ' ' AS BLOB) WHERE idx = 57; {trigger}"
        )
    refused = await stores.db("copy")
    assert (refused.exit_code, "entry 57" in refused.stderr) == (2, True)
    assert (await stores.rows())["leaf_hash"] == []


async def test_a_copy_that_broke_off_before_it_closed_the_old_log_is_finished_by_the_next(
    postgres: Postgres, tmp_path: Path
) -> None:
    stores = await upgraded_files(tmp_path, "before_numbers", postgres)
    assert (await stores.db("copy")).exit_code == 0
    with closing(sqlite3.connect(moved_log(stores))) as file:
        file.execute("DROP TRIGGER entry_moved")
    rows = await stores.rows()
    assert (await stores.db("copy")).exit_code == 0
    assert await stores.rows() == rows
    with pytest.raises(LogUnavailable, match="continues there"):
        await AuditLog.open(moved_log(stores))


async def test_a_row_that_postgresql_does_not_take_is_named_by_its_table_and_nothing_is_copied(
    postgres: Postgres, tmp_path: Path
) -> None:
    stores = await upgraded_files(tmp_path, "before_numbers", postgres)
    with closing(sqlite3.connect(stores.state / "break-glass.sqlite")) as file:
        file.execute("UPDATE leave SET manager = 'm' || char(0)")
        file.commit()
    refused = await stores.db("copy")
    assert (refused.exit_code, "a row of leave" in refused.stderr) == (2, True)
    assert (await stores.rows())["leaf_hash"] == []
    await (await Stores(tmp_path).log()).aclose()  # the files go on
