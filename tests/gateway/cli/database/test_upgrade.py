"""A store of any earlier revision becomes this release's, and everything that was proved holds."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from demo.processes.postgres import Postgres
from gateway.audit.errors import LogUnavailable
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.publish.export import export_log
from gateway.audit.publish.publication import Publication
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_files, upgrade_server
from gateway.config.settings import read_settings
from gateway.model.errors import ConfigurationInvalid
from gateway.oversight.break_glass.store.contract import GrantsUnavailable
from gateway.registry.ledger.contract import LedgerUnavailable
from tests.support.audit.database import PRUNER, ROLE, as_owner
from tests.support.audit.examples import asked
from tests.support.audit.publishing import Minutes
from tests.support.audit.recorded import IN_POSTGRES, Recorded, verify
from tests.support.audit.signing import signing
from tests.support.audit.stores import Stores, recorded_stores
from tests.support.verify.published import REAL, TRUST

ERRORS = (LogUnavailable, LedgerUnavailable, GrantsUnavailable)


def opening(stores: Stores) -> list[Callable[[], Awaitable[Any]]]:
    return [stores.log, stores.ledger, stores.grants]


async def test_what_was_proved_of_a_log_holds_before_an_upgrade_and_after_it(
    recorded: tuple[str, Stores], tmp_path: Path
) -> None:
    name, stores = recorded
    said = Recorded.of(name)
    rows = await stores.rows()
    assert verify(rows, said, tmp_path / "before") == said.size
    upgraded = await stores.db("upgrade")
    assert (upgraded.exit_code, upgraded.stderr) == (0, "")
    assert "log: from schema" in upgraded.stdout
    assert await stores.rows() == rows
    assert verify(await stores.rows(), said, tmp_path / "after") == said.size


async def test_an_upgraded_log_goes_on_under_its_key_and_an_independent_verifier_finds_it_grown(
    recorded: tuple[str, Stores], tmp_path: Path
) -> None:
    name, stores = recorded
    said = Recorded.of(name)
    await stores.db("upgrade")
    log = await stores.log()
    assert await log.append(asked("since-then")) == said.size
    publication = await Publication.open(
        log, await signing(REAL, tmp_path), Minutes(), sign_unmarked=True
    )
    await export_log(publication, tmp_path / "export")
    await log.aclose()
    found = check_log(open_place(str(tmp_path / "export")), TRUST, said.states)
    assert found.state.size == said.size + 1


async def test_a_start_on_an_older_store_names_the_command_and_changes_nothing(
    recorded: tuple[str, Stores],
) -> None:
    _, stores = recorded
    shape, rows = await stores.shape(), await stores.rows()
    with pytest.raises(LogUnavailable, match="run `teamaround db upgrade`"):
        await stores.log()
    if "ledger" in str(shape) or "enactment" in str(shape):
        for each in opening(stores)[1:]:
            with pytest.raises(ERRORS, match="run `teamaround db upgrade`"):
                await each()
    assert (await stores.db("status")).exit_code == 1
    assert await stores.shape() == shape
    assert await stores.rows() == rows


async def test_what_ledger_and_grants_held_is_there_after_an_upgrade(
    recorded: tuple[str, Stores],
) -> None:
    name, stores = recorded
    await stores.db("upgrade")
    ledger, grants = await stores.ledger(), await stores.grants()
    versions, head = await ledger.newest(), await ledger.head()
    claimed = {notice.about for notice in await grants.claim(60)}
    if name.startswith("first"):
        assert (versions, head.generation, claimed) == ((), 0, set())
    else:
        assert [(each.source, each.number) for each in versions] == [("attic", 1), ("clinic", 2)]
        assert (head.generation, head.approved) == (2, {"clinic": 2})
        assert {"alert-1"} < claimed <= {"alert-1", "q1", "q2"}
        assert await grants.entries() == {41, 44, 50}
        waiting = await grants.unreviewed(41)
        assert waiting is not None
        assert (waiting.user, waiting.review_by) == ("s.worker", 9000.0)
        assert await grants.unreviewed(44) is None
        issuer = "https://council.example" if name == "before_numbers" else ""
        assert {each.by.issuer for each in versions} == {waiting.issuer} == {issuer}
    assert len(await ledger.links()) == (name == "before_numbers")
    await ledger.aclose()
    await grants.aclose()


async def test_an_upgraded_store_has_what_a_new_one_has(
    recorded: tuple[str, Stores], postgres: Postgres, tmp_path: Path
) -> None:
    name, stores = recorded
    await stores.db("upgrade")
    new = Stores(tmp_path / "new")
    new.folder.mkdir()
    if stores.server:
        await as_owner(postgres.dsn(), f"CREATE DATABASE new_{stores.place}")
        new = replace(new, server=postgres, place=f"new_{stores.place}")
        pruner = [] if name == "first_postgres" else ["--pruner", PRUNER]
        assert (await new.db("upgrade", *pruner)).exit_code == 0
    for store, beside in zip(opening(stores), opening(new), strict=True):
        for each in (store, beside):
            await (await each()).aclose()
    assert _plain(await stores.shape()) == _plain(await new.shape())


def _plain(shape: Any) -> Any:
    """Without how the text of a statement is laid out, which ALTER TABLE keeps."""
    if isinstance(shape, set):
        return shape
    return {
        file: ({name for name, sql in made if sql is not None}, columns)
        for file, (_, made, columns) in shape.items()
    }


async def test_an_upgrade_that_is_done_has_nothing_to_do(before: Stores) -> None:
    await before.db("upgrade")
    shape = await before.shape()
    again = await before.db("upgrade")
    assert (again.exit_code, again.stdout.count("nothing to do")) == (0, 3)
    assert await before.shape() == shape
    assert (await before.db("status")).exit_code == 0


async def test_of_two_upgrades_at_once_one_does_it_and_the_other_finds_it_done(
    before: Stores,
) -> None:
    before.write_settings()
    settings = read_settings(before.folder / "gateway.toml")

    def upgrade() -> list[str]:
        if before.server:
            return asyncio.run(upgrade_server(before.owner, Roles()))
        return asyncio.run(upgrade_files(settings))

    ran = await asyncio.gather(*(asyncio.to_thread(upgrade) for _ in range(3)))
    said = "".join(line for lines in ran for line in lines)
    assert (said.count("from schema 2"), said.count("nothing to do")) == (3, 6)
    assert (await before.db("status")).exit_code == 0


@pytest.mark.parametrize("name", IN_POSTGRES)
async def test_the_owner_may_run_what_is_printed_instead(
    postgres: Postgres, tmp_path: Path, name: str
) -> None:
    stores = await recorded_stores(tmp_path, name, postgres)
    shape = await stores.shape()
    printed = await stores.db("upgrade", "--sql")
    assert printed.exit_code == 0
    assert await stores.shape() == shape
    postgres.run(printed.stdout, stores.place)
    assert (await stores.db("status")).exit_code == 0
    said = Recorded.of(name)
    assert verify(await stores.rows(), said, tmp_path / "after") == said.size
    await (await stores.log()).aclose()


@pytest.mark.parametrize("ahead", [1, 2])
async def test_a_store_one_release_newer_is_served_and_one_two_newer_is_not(
    before: Stores, ahead: int
) -> None:
    await before.db("upgrade")
    await _make_newer(before, 3 + ahead)
    shape = await before.shape()
    for each in opening(before):
        if ahead == 1:
            await (await each()).aclose()
        else:
            with pytest.raises(ERRORS, match="more than one release newer"):
                await each()
    for command in ("status", "upgrade"):
        assert (await before.db(command)).exit_code == (
            0 if ahead == 1 else 1 + (command[0] == "u")
        )
    assert await before.shape() == shape


async def _make_newer(stores: Stores, number: int) -> None:
    numbered = {
        "audit": (f"UPDATE log_schema SET number = {number}", f"PRAGMA user_version = {number}"),
        "ledger": (f"UPDATE ledger_schema SET version_num = '000{number}'",) * 2,
        "break-glass": (f"UPDATE break_glass_schema SET version_num = '000{number}'",) * 2,
    }
    for store, (in_server, in_file) in numbered.items():
        if stores.server:
            await as_owner(stores.owner, in_server)
        else:
            with closing(sqlite3.connect(stores.state / f"{store}.sqlite")) as file:
                file.execute(in_file)
                file.commit()


async def test_tables_of_another_project_are_left_alone(postgres: Postgres, tmp_path: Path) -> None:
    await as_owner(postgres.dsn(), "CREATE DATABASE of_others")
    others = Stores(tmp_path, postgres, "of_others")
    await as_owner(others.owner, "CREATE TABLE entry (id serial, title text)")
    shape = await others.shape()
    for command in ("status", "upgrade"):
        ran = await others.db(command)
        assert ran.exit_code == 2
        assert "log of this project" in ran.stderr
    assert await others.shape() == shape


async def test_a_file_of_another_project_is_left_alone(tmp_path: Path) -> None:
    others = Stores(tmp_path)
    others.state.mkdir()
    with closing(sqlite3.connect(others.state / "audit.sqlite")) as file:
        file.execute("CREATE TABLE entry (id, title)")
    content = (others.state / "audit.sqlite").read_bytes()
    ran = await others.db("upgrade")
    assert (ran.exit_code, "log of this project" in ran.stderr) == (2, True)
    assert (others.state / "audit.sqlite").read_bytes() == content


async def test_a_role_that_owns_nothing_is_told_who_may_upgrade(
    postgres: Postgres, tmp_path: Path
) -> None:
    stores = await recorded_stores(tmp_path, "before_numbers", postgres)
    shape = await stores.shape()
    for role in (ROLE, PRUNER):
        with pytest.raises(ConfigurationInvalid, match="only the tables' owner"):
            await upgrade_server(postgres.dsn(stores.place, role), Roles())
    assert await stores.shape() == shape


async def test_files_are_upgraded_where_they_are_and_no_script_is_printed(tmp_path: Path) -> None:
    stores = await recorded_stores(tmp_path, "before_numbers", None)
    shape = await stores.shape()
    assert (await stores.db("upgrade", "--sql")).exit_code == 2
    assert await stores.shape() == shape


async def test_what_a_superuser_upgrades_stays_the_owners_alone(
    postgres: Postgres, tmp_path: Path
) -> None:
    stores = await recorded_stores(tmp_path, "three_tables", postgres)
    owned = """
    DO $$ DECLARE t record; BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'the-owner') THEN
        CREATE ROLE "the-owner" LOGIN;
      END IF;
      GRANT CREATE ON SCHEMA public TO "the-owner";
      FOR t IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %I OWNER TO "the-owner"', t.relname);
      END LOOP;
      FOR t IN SELECT oid::regprocedure AS signature FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO "the-owner"', t.signature);
      END LOOP;
    END $$
    """
    await as_owner(stores.owner, owned)
    assert (await stores.db("upgrade")).exit_code == 0
    assert await _owners(stores) == {"the-owner"}
    await upgrade_server(postgres.dsn(stores.place, "the-owner"), Roles())
    for each in opening(stores):
        await (await each()).aclose()


async def _owners(stores: Stores) -> set[str]:
    connection = await asyncpg.connect(stores.owner)
    try:
        return {
            row[0]
            for row in await connection.fetch(
                "SELECT pg_get_userbyid(relowner) FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " UNION SELECT pg_get_userbyid(proowner) FROM pg_proc"
                " WHERE pronamespace = 'public'::regnamespace"
            )
        }
    finally:
        await connection.close()


async def test_roles_and_folders_may_have_unusual_names(postgres: Postgres, tmp_path: Path) -> None:
    for made in ('ROLE "gate-way %s ""1""" LOGIN', 'DATABASE "un%usual"'):
        await as_owner(postgres.dsn(), f"CREATE {made}")
    dsn = postgres.dsn("un%25usual")
    roles = Roles(frozenset({'gate-way %s "1"'}))
    assert "log: made, now schema 3" in await upgrade_server(dsn, roles)
    at = dsn.replace("postgres@", "gate-way%20%25s%20%221%22@", 1)
    log = await PostgresLog.open(at, tmp_path / "100% found by", unsynced=True)
    assert await log.append(asked()) == 0
    await log.aclose()


async def test_a_role_that_is_not_there_is_named_before_anything_is_made(
    postgres: Postgres, tmp_path: Path
) -> None:
    await as_owner(postgres.dsn(), "CREATE DATABASE without_role")
    stores = Stores(tmp_path, postgres, "without_role")
    for options in (["--role", "nobody_yet"], ["--pruner", "nobody_yet"]):
        refused = await stores.db("upgrade", *options)
        assert (refused.exit_code, "make the role nobody_yet" in refused.stderr) == (2, True)
    assert (await stores.db("status")).stdout.count("not there yet") == 3
