"""Gateways of two neighbouring releases serve one database, under load: no question is lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import asyncpg
import pytest

from demo.processes.postgres import Postgres
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.cli.audit_remember import given_memory
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_files, upgrade_server
from gateway.config.settings import Settings
from gateway.identity.development_token import issue
from gateway.model.errors import ConfigurationInvalid
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.audit.database import ROLE, as_owner, make_roles, new_database
from tests.support.earlier_release import earlier, flat_settings, tables_of
from tests.support.loopback import serving
from tests.support.patience import PATIENCE_S
from tests.support.served_gateway import started
from tests.support.settings import UNHURRIED
from tests.support.town import (
    PRACTITIONER,
    again,
    settings_for,
    variables_for,
)

__all__ = ["earlier"]

ASKING = 3
PAUSE_S = 0.2  # in which the gateways that begin have the machine
LATER = {"requests_per_minute", "mistyped_per_minute"}  # limits that the earlier release has not
LIMITS = {name.removeprefix("limits__"): most for name, most in UNHURRIED.items()}
LIMITS = {name: most for name, most in LIMITS.items() if name not in LATER}
NEXT_RELEASE = """
ALTER TABLE entry ADD COLUMN more text;
ALTER TABLE leaf_hash ADD COLUMN more text;
ALTER TABLE tile_hash ADD COLUMN more text;
ALTER TABLE checkpoint ADD COLUMN more text NOT NULL DEFAULT '';
ALTER TABLE cosignature ADD COLUMN more text;
ALTER TABLE pruned ADD COLUMN more text;
ALTER TABLE source_version ADD COLUMN more text;
ALTER TABLE enactment ADD COLUMN more text;
ALTER TABLE account_link ADD COLUMN more text;
ALTER TABLE lease ADD COLUMN more text;
ALTER TABLE leave ADD COLUMN more text;
ALTER TABLE leave_child ADD COLUMN more text;
ALTER TABLE notice ADD COLUMN more text;
CREATE TABLE beside (id integer PRIMARY KEY);
UPDATE log_schema SET number = number + 1;
UPDATE ledger_schema SET version_num = lpad((version_num::integer + 1)::text, 4, '0');
UPDATE break_glass_schema SET version_num = lpad((version_num::integer + 1)::text, 4, '0');
"""


KNOWN_TO_BOTH: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    receipt { index queryId }
    answers { agency { id } outcome }
  }
}
"""


@dataclass(slots=True)
class Load:
    """Practitioners who ask again and again; `receipts` are what they were given."""

    settings: Settings
    session: aiohttp.ClientSession
    receipts: list[dict[str, Any]] = field(default_factory=list)
    grew: asyncio.Event = field(default_factory=asyncio.Event)
    asking: list[asyncio.Task[None]] = field(default_factory=list)

    @asynccontextmanager
    async def on(self, url: str) -> AsyncIterator[None]:
        """Ask there until the end; the test ends if one question is not answered whole."""
        over = asyncio.Event()
        asking = [asyncio.create_task(self._ask(url, over)) for _ in range(ASKING)]
        self.asking += asking
        for each in asking:
            each.add_done_callback(lambda _: self.grew.set())
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(*asking)

    async def answered(self, more: int) -> None:
        """Wait until so many more questions were answered; ends at the first that was not."""
        due = len(self.receipts) + more
        async with asyncio.timeout(PATIENCE_S):
            while len(self.receipts) < due:
                for each in self.asking:
                    if each.done():
                        each.result()
                self.grew.clear()
                await self.grew.wait()

    async def _ask(self, url: str, over: asyncio.Event) -> None:
        token = issue(PRACTITIONER, self.settings, now=time.time(), lifetime_s=600)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        body = {"query": KNOWN_TO_BOTH, "variables": variables_for()}
        while not over.is_set():
            async with self.session.post(f"{url}/graphql", json=body, headers=headers) as said:
                assert said.status == 200, await said.text()
                answer = (await said.json())["data"]["child"]
            assert [row["outcome"] for row in answer["answers"]] == ["HAS_RECORD"]
            self.receipts.append(answer["receipt"])
            self.grew.set()
            await asyncio.sleep(PAUSE_S)


async def every_receipt_is_in_the_log(load: Load, dsn: str, index: Path) -> None:
    log = await PostgresLog.open(dsn, index)  # which checks every entry and the tree over them
    held = {each.index: each.entry.query_id for each in await log.entries(count=1_000_000)}
    await log.aclose()
    assert sorted(held) == list(range(len(held)))
    assert {
        int(receipt["index"]): receipt["queryId"] for receipt in load.receipts
    }.items() <= held.items()
    assert len({receipt["queryId"] for receipt in load.receipts}) == len(load.receipts)


async def test_while_gateways_are_replaced_one_by_one_no_question_is_lost(
    tmp_path: Path, durable: Postgres, earlier: Path
) -> None:
    await make_roles(durable)
    await as_owner(durable.dsn(), "CREATE DATABASE releases")
    await as_owner(durable.dsn("releases"), tables_of(earlier, ROLE))
    dsn = durable.dsn("releases", ROLE)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(AgencyServer().answer))
        spine = rest_source("spine", url, claims=AUTHORITY)
        # Beside gateways of the release before, which mark nothing.
        settings = settings_for(tmp_path, [spine], log__dsn=dsn, log__sign_unmarked=True)
        flat = flat_settings(tmp_path, dsn, **LIMITS)
        load = Load(settings, await stack.enter_async_context(aiohttp.ClientSession()))
        old = await stack.enter_async_context(started(tmp_path, settings, code=earlier, file=flat))
        async with load.on(old.url):
            await load.answered(10)
            with pytest.raises(ConfigurationInvalid, match="run `teamaround db upgrade`"):
                async with again(settings):
                    pass
            done = await upgrade_server(durable.dsn("releases"), Roles())
            assert "log: from schema 2, now schema 3" in done
            await load.answered(10)
            await given_memory(settings, None)
            new = await stack.enter_async_context(started(tmp_path, settings))
            async with load.on(new.url):
                await load.answered(40)
                async with started(tmp_path, settings, code=earlier, file=flat) as back:
                    async with load.on(back.url):
                        await load.answered(40)
                    assert await back.stop() == 0
        assert await old.stop() == 0
        async with load.on(new.url):
            await load.answered(10)
        assert await new.stop() == 0
    assert len(load.receipts) > 110
    await every_receipt_is_in_the_log(load, dsn, tmp_path / "index")


@asynccontextmanager
async def over_files(folder: Path) -> AsyncIterator[tuple[Load, Path]]:
    """Who asks a gateway over files, and the settings as the release before reads them."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(AgencyServer().answer))
        settings = settings_for(folder, [rest_source("spine", url, claims=AUTHORITY)])
        session = await stack.enter_async_context(aiohttp.ClientSession())
        load = Load(settings, session)
        yield load, flat_settings(folder, "", **LIMITS)
    log = await AuditLog.open(folder / "state" / "audit.sqlite")
    held = {each.index: each.entry.query_id for each in await log.entries(count=100_000)}
    await log.aclose()
    assert {int(r["index"]): r["queryId"] for r in load.receipts}.items() <= held.items()


async def test_the_release_before_goes_on_with_files_that_this_one_made_and_back(
    tmp_path: Path, earlier: Path
) -> None:
    async with over_files(tmp_path) as (load, flat):
        await serves(tmp_path, load)
        await serves(tmp_path, load, code=earlier, file=flat)
        with pytest.raises(AssertionError, match="added while no gateway had the log open"):
            await serves(tmp_path, load)
        # What the release before wrote has no mark of its own: a person has to vouch for it.
        (tmp_path / "state" / "log-key-memory").unlink()
        await given_memory(load.settings, None)
        await serves(tmp_path, load)


async def serves(folder: Path, load: Load, **release: Path) -> None:
    async with started(folder, load.settings, **release) as gateway:
        async with load.on(gateway.url):
            await load.answered(5)
        assert await gateway.stop() == 0


async def test_files_are_upgraded_under_a_gateway_of_the_release_before_that_serves_on(
    tmp_path: Path, earlier: Path
) -> None:
    async with (
        over_files(tmp_path) as (load, flat),
        started(tmp_path, load.settings, code=earlier, file=flat) as old,
        load.on(old.url),
    ):
        await load.answered(5)
        with pytest.raises(ConfigurationInvalid, match="run `teamaround db upgrade`"):
            async with again(load.settings):
                pass
        assert "log: from schema 2, now schema 3" in await upgrade_files(load.settings)
        await load.answered(5)
        await given_memory(load.settings, None)
        unmarked = load.settings.log.model_copy(update={"sign_unmarked": True})
        beside = load.settings.model_copy(update={"log": unmarked})
        async with started(tmp_path, beside) as new, load.on(new.url):
            await load.answered(20)


async def test_while_the_next_release_upgrades_this_one_serves_on_and_may_start_again(
    tmp_path: Path, durable: Postgres
) -> None:
    place = await new_database(durable)
    dsn = durable.dsn(place, ROLE)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(AgencyServer().answer))
        spine = rest_source("spine", url, claims=AUTHORITY)
        settings = settings_for(tmp_path, [spine], log__dsn=dsn)
        load = Load(settings, await stack.enter_async_context(aiohttp.ClientSession()))
        one = await stack.enter_async_context(again(settings))
        async with load.on(one.url):
            await load.answered(10)
            await as_owner(durable.dsn(place), f"BEGIN; {NEXT_RELEASE} COMMIT;")
            await load.answered(20)
            other = await stack.enter_async_context(again(settings))
            async with load.on(other.url):
                await load.answered(20)
    await as_owner(durable.dsn(place), "UPDATE log_schema SET number = number + 1")
    with pytest.raises(ConfigurationInvalid, match="more than one release newer"):
        async with again(settings):
            pass
    connection = await asyncpg.connect(durable.dsn(place))
    await connection.execute("UPDATE log_schema SET number = number - 1")
    await connection.close()
    await every_receipt_is_in_the_log(load, dsn, tmp_path / "index")
