"""The operator's files come into force while questions are answered, or are refused whole."""

import asyncio
import gc
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from adapters.manifest.manifest import Manifest
from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, LOCAL, AgencyServer, rest_source
from tests.support.edge import edge
from tests.support.gateway.bindings import WIDE_TOML, two_issuers
from tests.support.gateway.registering import OPERATOR, entries, say
from tests.support.gateway.reloading import RELOAD, edit, reloaded, until
from tests.support.gateway.sign_in import Provider
from tests.support.loopback import serving
from tests.support.served_gateway import served
from tests.support.town import (
    KNOWN,
    PRACTITIONER,
    QUERY,
    again,
    small_town,
    variables_for,
)


async def test_a_rule_that_is_taken_back_counts_for_the_next_question(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with small_town(tmp_path, sources, replicas__look_every=0.02) as town:
            assert (await town.ask()).outcomes["spine"] == "HAS_RECORD"
            edit(town.settings.files.manifests / "spine.toml", '"practitioner", ', "")
            assert await reloaded(town) == 2
            assert (await town.ask()).outcomes["spine"] == "NOT_PERMITTED"
            changes = [(await entries(town, kind)) for kind in ("SOURCE_CHANGE", "POLICY_CHANGE")]
    assert [change["user"] for (change,) in changes] == ["o.perator", "o.perator"]


async def test_a_bad_file_is_named_with_its_line_and_what_was_in_force_stays(
    tmp_path: Path,
) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with small_town(tmp_path, sources) as town:
            edit(town.settings.files.manifests / "spine.toml", "records = ", "recods = ")
            said = await say(town, OPERATOR, RELOAD)
            assert said.code == "CONFIGURATION_REFUSED"
            assert "spine.toml:" in said.body["errors"][0]["message"]
            assert (await town.ask()).outcomes["spine"] == "HAS_RECORD"
            assert await entries(town, "CONFIGURATION_CHANGE") == []


async def test_files_that_did_not_change_change_nothing(tmp_path: Path) -> None:
    async with small_town(tmp_path, [rest_source("spine", "http://127.0.0.1:9")]) as town:
        assert await reloaded(town) == await reloaded(town) == 1
        assert await entries(town, "CONFIGURATION_CHANGE") == []


async def test_a_start_with_other_files_is_a_change_in_the_log(tmp_path: Path) -> None:
    async with small_town(tmp_path, [rest_source("spine", "http://127.0.0.1:9")]) as town:
        settings = town.settings
    edit(settings.files.manifests / "spine.toml", "01632 960100", "01632 960222")
    async with again(settings) as town:
        (change,) = await entries(town, "CONFIGURATION_CHANGE")
        assert change["user"] is None
    async with again(settings) as town:
        assert len(await entries(town, "CONFIGURATION_CHANGE")) == 1


async def test_a_source_that_stays_the_same_keeps_its_connections(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY), rest_source("council", url)]
        async with small_town(tmp_path, sources) as town:
            before = town.pipeline.active.connections
            edit(town.settings.files.manifests / "council.toml", "01632 960100", "01632 960222")
            await reloaded(town)
            after = town.pipeline.active.connections
    assert after["spine"] is before["spine"]
    assert after["council"] is not before["council"]


async def test_what_was_in_force_before_does_not_pile_up_in_memory(tmp_path: Path) -> None:
    async with small_town(tmp_path, [rest_source("spine", "http://127.0.0.1:9")]) as town:
        gc.collect()
        before = _manifests_in_memory()
        gc.disable()  # as good as: a gateway that serves looks for cycles hardly ever
        try:
            for number in range(4):
                file = town.settings.files.manifests / "spine.toml"
                edit(file, f"01632 96010{number}", f"01632 96010{number + 1}")
                await reloaded(town)
            assert _manifests_in_memory() <= before + 1
        finally:
            gc.enable()


async def test_nobody_waits_while_what_was_in_force_before_is_looked_for(tmp_path: Path) -> None:
    asked, may_go, looks = asyncio.Event(), asyncio.Event(), list[str]()

    async def wait(_: object) -> None:
        asked.set()
        await may_go.wait()

    def look(phase: str, found: Mapping[str, int]) -> None:
        if found["generation"] == 2:
            looks.append(phase)

    agency_server = AgencyServer(before=wait)
    async with (
        serving(agency_server.answer) as url,
        small_town(tmp_path, [rest_source("spine", url, claims=AUTHORITY)]) as town,
    ):
        gc.disable()
        gc.callbacks.append(look)
        try:
            question = asyncio.create_task(town.ask())
            await asked.wait()
            edit(town.settings.files.manifests / "spine.toml", "01632 960100", "01632 960222")
            await reloaded(town)
            assert looks == []
            may_go.set()
            await question
            assert looks == ["start", "stop"]
        finally:
            gc.callbacks.remove(look)
            gc.enable()


def _manifests_in_memory() -> int:
    return sum(isinstance(each, Manifest) for each in gc.get_objects())


async def test_a_signal_has_the_files_read_anew(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY | LOCAL)]
        async with served(tmp_path, sources) as gateway:
            edit(gateway.settings.files.manifests / "spine.toml", '"practitioner", ', "")
            gateway.process.send_signal(signal.SIGHUP)
            token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=600)
            body = {"query": QUERY, "variables": variables_for(KNOWN)}

            async def withheld() -> bool:
                async with gateway.session.post(
                    f"{gateway.url}/graphql",
                    json=body,
                    headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                ) as answer:
                    rows = (await answer.json())["data"]["child"]["answers"]
                    return bool(rows[0]["outcome"] == "NOT_PERMITTED")

            await until(withheld)
            assert await withheld()


async def test_a_key_taken_out_of_an_issuers_set_is_out_once_the_files_are_read_anew(
    tmp_path: Path,
) -> None:
    council = Provider()
    file, keys = two_issuers(tmp_path), tmp_path / "council.json"
    keys.write_bytes(await council.fetch())
    file.write_text(
        f'{file.read_text()}[[issuer]]\nissuer = "https://sign-in.example"\n'
        f'audience = "teamaround"\njwks = {{ file = "council.json" }}\n{WIDE_TOML}'
    )
    async with edge(tmp_path, tokens__issuers=file) as gateway:
        at = int(time.time())
        token = council.token(iat=at, exp=at + 600, auth_time=at)
        assert (await gateway.send(authorization=f"Bearer {token}")).status == 200
        council.rotate("k-2")
        keys.write_bytes(await council.fetch())
        await gateway.town.pipeline.reload()  # as the signal and the mutation do
        assert (await gateway.send(authorization=f"Bearer {token}")).code == "UNAUTHENTICATED"
        token = council.token(iat=at, exp=at + 600, auth_time=at)
        assert (await gateway.send(authorization=f"Bearer {token}")).status == 200
