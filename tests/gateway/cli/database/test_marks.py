"""Marks of gateways go with the log: into tables of before there were any, and into PostgreSQL."""

from pathlib import Path

import pytest

from demo.processes.postgres import Postgres
from gateway.audit.errors import LogUnavailable
from gateway.audit.log.embedded import AuditLog
from gateway.audit.publish.publication import Publication
from tests.support.audit.database import as_owner
from tests.support.audit.examples import asked
from tests.support.audit.publishing import Minutes, write
from tests.support.audit.signing import signing
from tests.support.audit.stores import Stores, empty_tables
from tests.support.verify.published import REAL

WITHOUT_MARKS = "DROP FUNCTION append_group; DROP TABLE group_mark"


@pytest.fixture
async def stores(tmp_path: Path, postgres: Postgres) -> Stores:
    return await empty_tables(tmp_path, postgres)


async def test_tables_of_before_groups_had_marks_are_upgraded_and_say_so(
    stores: Stores, tmp_path: Path
) -> None:
    log = await stores.log()
    await write(log, 3)
    await log.aclose()
    shape = await stores.shape()
    await as_owner(stores.owner, WITHOUT_MARKS)
    with pytest.raises(LogUnavailable, match="run `teamaround db upgrade`"):
        await stores.log()
    assert (await stores.db("upgrade")).exit_code == 0
    assert await stores.shape() == shape
    log = await stores.log()
    signer = await signing(REAL, tmp_path)
    publication = await Publication.open(log, signer, Minutes(), sign_unmarked=True)
    await log.append(asked("since-then"))
    assert [each.first for each in await log.marks(0)] == [3]
    assert (await publication.newest()).size == 4
    await log.aclose()


async def test_what_a_killed_gateway_did_not_sign_is_copied_with_its_marks(
    stores: Stores, tmp_path: Path
) -> None:
    signer = await signing(REAL, tmp_path)
    log = await AuditLog.open(stores.state / "audit.sqlite")
    await Publication.open(log, signer, Minutes())
    await write(log, 3)
    await log.aclose()
    copied = await stores.db("copy")
    assert copied.exit_code == 0, copied.stderr
    there = await stores.log()
    publication = await Publication.open(there, signer, Minutes())
    assert (await publication.newest()).size == 3
    await there.aclose()
