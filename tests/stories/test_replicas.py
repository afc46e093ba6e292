"""Two gateways on one database: what is changed at one counts at the other, or it is silent."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from demo.processes.postgres import Postgres
from gateway.config.settings import Settings
from gateway.model.errors import ConfigurationInvalid
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.audit.database import ROLE, as_owner, new_schema
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


def apart_from(town: Town, folder: Path, url: str, **more: object) -> Settings:
    """The settings of a gateway beside it that has files of its own, which say the same."""
    folder.mkdir()
    same = settings_for(folder, [rest_source("spine", url, claims=AUTHORITY)])
    return changed(
        town.settings,
        files__manifests=same.files.manifests,
        files__secrets=same.files.secrets,
        files__operator=same.files.operator,
        **more,
    )


async def test_a_third_gateway_with_one_other_digit_ends_and_the_others_serve_on(
    tmp_path: Path, durable: Postgres
) -> None:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(AgencyServer().answer))
        dsn = durable.dsn(await new_schema(durable), user=ROLE)
        source = rest_source("spine", url, claims=AUTHORITY)
        quick: dict[str, Any] = {"replicas__look_every": 0.05, "replicas__lease": 1}
        settings = settings_for(tmp_path, [source], log__dsn=dsn, **quick)
        one, other = [await stack.enter_async_context(again(settings)) for _ in range(2)]
        third = apart_from(one, tmp_path / "third", url)
        third.files.operator.write_text(third.files.operator.read_text() + "\n# one more line\n")
        with pytest.raises(ConfigurationInvalid, match="not those in force, and other gateways"):
            async with again(third):
                pass
        assert [await outcome(each) for each in (one, other)] == ["HAS_RECORD"] * 2
        assert await reloaded(one) == 1


async def test_after_gateways_that_were_killed_the_next_starts_with_other_files(
    tmp_path: Path, durable: Postgres
) -> None:
    place = await new_schema(durable)
    dsn = durable.dsn(place, user=ROLE)
    async with serving(AgencyServer().answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        quick: dict[str, Any] = {"replicas__look_every": 0.05, "replicas__lease": 2}
        settings = settings_for(tmp_path, [source], log__dsn=dsn, **quick)
        async with again(settings):
            pass
        left = "INSERT INTO lease VALUES ('killed', 1, clock_timestamp() + interval '1500 ms')"
        await as_owner(durable.dsn(place), left)
        edit(settings.files.operator, "Easthallow", "Easterhallow")
        async with again(settings) as after:
            assert await outcome(after) == "HAS_RECORD"


@pytest.mark.parametrize("own", ["log-key", "on-behalf-keys.json"])
async def test_a_gateway_with_keys_of_its_own_does_not_serve_beside_another(
    places: tuple[Town, Town, str], tmp_path: Path, own: str
) -> None:
    one, _, _ = places
    state = tmp_path / "state-of-its-own"
    stores = shutil.ignore_patterns("*.sqlite*", "log-found-by*")
    shutil.copytree(one.settings.files.state, state, ignore=stores)
    for file in state.glob(f"{own}*"):
        file.unlink()
    with pytest.raises(ConfigurationInvalid, match="is not that of the gateways that serve"):
        async with again(changed(one.settings, files__state=state)):
            pass
    assert await outcome(one) == "HAS_RECORD"


async def test_a_signal_brings_a_gateway_back_whose_files_were_not_those_in_force(
    places: tuple[Town, Town, str], tmp_path: Path
) -> None:
    one, _, url = places
    settings = apart_from(one, tmp_path / "elsewhere", url, replicas__lease=2)
    async with again(settings) as apart:
        edit(one.settings.files.operator, "Easthallow", "Easterhallow")
        assert await reloaded(one) == 2
        assert not await _serves(apart)
        edit(settings.files.operator, "Easthallow", "Easthallow-on-Sea")
        edit(one.settings.files.operator, "Easterhallow", "Easthallow-on-Sea")
        await apart.pipeline.reload()
        assert await _serves(apart)
        await until(lambda: _serves(one))


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
