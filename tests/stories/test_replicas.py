"""Two gateways on one database: what is changed at one counts at the other, or it is silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from demo.postgres import Postgres
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.audit.database import ROLE, new_schema
from tests.support.gateway.registering import (
    CLINIC,
    OPERATOR,
    approve,
    clinic,
    granted,
    proposal,
    register,
    say,
    suspend,
)
from tests.support.gateway.reloading import edit, reloaded, until
from tests.support.loopback import serving
from tests.support.settings import changed
from tests.support.town import Town, again, settings_for


@pytest.fixture
async def places(tmp_path: Path, durable: Postgres) -> AsyncIterator[tuple[Town, Town, str]]:
    """Two gateways over the same files and database, and the address of an agency."""
    dsn = durable.dsn(await new_schema(durable), user=ROLE)
    agency_server = AgencyServer()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(agency_server.answer))
        (tmp_path / "revoked").touch()
        spine = rest_source("spine", url, claims=AUTHORITY)
        settings = settings_for(
            tmp_path,
            [spine],
            log__dsn=dsn,
            tokens__revocations=tmp_path / "revoked",
            replicas__look_every=0.05,
            replicas__lease=120,
        )
        one, other = [await stack.enter_async_context(again(settings)) for _ in range(2)]
        yield one, other, url


async def outcome(town: Town, agency: str = "spine") -> str | None:
    return (await town.ask()).outcomes.get(agency)


async def test_a_source_approved_and_suspended_at_one_is_so_at_the_other(
    places: tuple[Town, Town, str],
) -> None:
    one, other, url = places
    file = clinic(url)
    await granted(one, file)
    await register(one, proposal(file))
    assert (await approve(one)).source is not None
    assert await outcome(other, CLINIC) == "HAS_RECORD"
    assert (await suspend(other)).source is not None
    assert await outcome(one, CLINIC) is None


async def test_a_rule_taken_back_at_one_is_so_at_the_other(
    places: tuple[Town, Town, str],
) -> None:
    one, other, _ = places
    assert await outcome(other) == "HAS_RECORD"
    edit(one.settings.files.manifests / "spine.toml", '"practitioner", ', "")
    assert await reloaded(one) == 2
    assert await outcome(other) == "NOT_PERMITTED"


@pytest.mark.parametrize("line", ["user s.worker", "role practitioner", "organisation northbrook"])
async def test_whoever_is_revoked_at_one_is_so_at_the_other(
    places: tuple[Town, Town, str], line: str
) -> None:
    one, other, _ = places
    assert await outcome(other) == "HAS_RECORD"
    edit_list = one.settings.tokens.revocations
    assert edit_list is not None
    edit_list.write_text(f"{line}\n")
    assert await reloaded(one) == 2
    answer = await other.ask()
    assert answer.status == 401
    assert answer.body["errors"][0]["extensions"]["code"] == "REVOKED"


async def test_a_gateway_with_other_files_stops_serving_and_holds_nobody_up_for_ever(
    places: tuple[Town, Town, str], tmp_path: Path
) -> None:
    one, _, url = places
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    spine = rest_source("spine", url, claims=AUTHORITY)
    same = settings_for(folder, [spine])
    settings = changed(
        one.settings,
        files__manifests=same.files.manifests,
        files__secrets=same.files.secrets,
        files__operator=same.files.operator,
        replicas__lease=2,
    )
    async with again(settings) as apart:
        assert await outcome(apart) == "HAS_RECORD"
        edit(one.settings.files.operator, "Easthallow", "Easterhallow")
        assert await reloaded(one) == 2
        answer = await apart.ask()
        assert answer.status == 503
        assert answer.body["errors"][0]["extensions"]["code"] == "NOT_IN_FORCE"
        edit(settings.files.operator, "Easthallow", "Easterhallow")
        await until(lambda: _serves(apart))


async def _serves(town: Town) -> bool:
    return (await town.ask()).status == 200


async def test_two_that_change_at_once_change_one_after_the_other(
    places: tuple[Town, Town, str],
) -> None:
    one, other, url = places
    file = clinic(url)
    await granted(one, file)
    await register(one, proposal(file))
    approved, suspended = await asyncio.gather(approve(one), suspend(other, "spine", OPERATOR))
    assert approved.source is not None
    assert suspended.source is not None
    for town in (one, other):
        said = await say(town, OPERATOR, "{ sources { id state } }")
        assert said.body["data"]["sources"] == [
            {"id": CLINIC, "state": "APPROVED"},
            {"id": "spine", "state": "SUSPENDED"},
        ]
