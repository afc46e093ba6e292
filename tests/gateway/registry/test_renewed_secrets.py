"""A password that an agency changed is used after a reload, and nothing else of the source ends."""

from pathlib import Path
from typing import Any

from aiohttp import web
from structlog.testing import capture_logs

from gateway.http.pipeline import Pipeline
from tests.support.adapters.tls import CertificateAuthority, serving_tls
from tests.support.agencies import AUTHORITY, AgencyServer, SourceFile, rest_source
from tests.support.gateway.registering import OPERATOR, entries, say
from tests.support.gateway.terminal import typed
from tests.support.loopback import serving
from tests.support.secret_files import open_to, write_secret
from tests.support.town import Town, small_town

RELOAD = "mutation { reloadFiles { generation newSecrets keptSecrets } }"


class Guarded:
    """An agency that answers whoever has today's token; `tokens` are those that came."""

    def __init__(self) -> None:
        self.inner = AgencyServer()
        self.token = "first-token"
        self.tokens: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        came = request.headers["Authorization"].removeprefix("Bearer ")
        self.tokens.append(came)
        if came != self.token:
            return web.Response(status=401)
        return await self.inner.answer(request)


def guarded(url: str) -> SourceFile:
    auth = 'scheme = "bearer"\ntoken = { file = "token" }'
    return rest_source("roll", url, auth=auth, secrets={"token": "first-token"})


async def reloaded(town: Town) -> dict[str, Any]:
    said: dict[str, Any] = (await say(town, OPERATOR, RELOAD)).body["data"]["reloadFiles"]
    return said


def secret_of(town: Town) -> Path:
    return town.settings.files.secrets / "roll" / "token"


def limits_of(pipeline: Pipeline) -> Any:
    return pipeline.active.connections["roll"].connection.source_limits.state


async def test_a_reload_uses_the_secret_that_is_there_now_and_says_whose_it_is(
    tmp_path: Path,
) -> None:
    agency = Guarded()
    async with serving(AgencyServer().answer) as spine, serving(agency.answer) as url:
        sources = [rest_source("spine", spine, claims=AUTHORITY), guarded(url)]
        async with small_town(tmp_path, sources) as town:
            assert (await town.ask()).outcomes["roll"] == "HAS_RECORD"
            before, limits = town.pipeline.active.connections, limits_of(town.pipeline)
            agency.token = "second-token"
            assert (await town.ask()).outcomes["roll"] == "REFUSED"
            write_secret(town.settings.files.secrets, "roll", "token", "second-token\n")
            with capture_logs() as events:
                done = await reloaded(town)
            assert done == {"generation": 2, "newSecrets": ["roll"], "keptSecrets": []}
            assert (await town.ask()).outcomes["roll"] == "HAS_RECORD"
            after = town.pipeline.active.connections
            changes = await entries(town, "SOURCE_CHANGE")
            assert limits_of(town.pipeline) is limits
            assert await reloaded(town) == {"generation": 2, "newSecrets": [], "keptSecrets": []}
    assert after["spine"] is before["spine"]
    assert {"event": "secrets_renewed", "source": "roll", "log_level": "info"} in events
    assert "second-token" not in str(events)
    assert [change["change"]["subject"] for change in changes] == ["roll"]
    assert agency.tokens[-1] == "second-token"


async def test_a_secret_that_cannot_be_read_leaves_the_old_one_in_use(tmp_path: Path) -> None:
    agency = Guarded()
    async with serving(AgencyServer().answer) as spine, serving(agency.answer) as url:
        sources = [rest_source("spine", spine, claims=AUTHORITY), guarded(url)]
        async with small_town(tmp_path, sources) as town:
            open_to(secret_of(town), 0o644)
            with capture_logs() as events:
                done = await reloaded(town)
            status, said = await typed(town, tmp_path, OPERATOR, "reload")
            assert done == {"generation": 1, "newSecrets": [], "keptSecrets": ["roll"]}
            assert (await town.ask()).outcomes["roll"] == "HAS_RECORD"
    assert "secrets_not_renewed" in [one["event"] for one in events]
    assert status == 0
    assert "secrets that cannot be read or used, the old ones stay: roll" in said


async def test_a_secret_that_no_header_can_carry_leaves_the_old_one_in_use(tmp_path: Path) -> None:
    agency = Guarded()
    async with serving(AgencyServer().answer) as spine, serving(agency.answer) as url:
        sources = [rest_source("spine", spine, claims=AUTHORITY), guarded(url)]
        async with small_town(tmp_path, sources) as town:
            write_secret(town.settings.files.secrets, "roll", "token", "bröken")
            assert (await reloaded(town))["keptSecrets"] == ["roll"]
            assert (await town.ask()).outcomes["roll"] == "HAS_RECORD"
            write_secret(town.settings.files.secrets, "roll", "token", "first-token")
            assert (await reloaded(town))["keptSecrets"] == []


async def test_why_calls_failed_is_still_known_after_new_secrets(tmp_path: Path) -> None:
    agency = Guarded()
    agency.token = "second-token"
    query = "{ sources { id health { failures { rule } } } }"
    async with serving(AgencyServer().answer) as spine, serving(agency.answer) as url:
        sources = [rest_source("spine", spine, claims=AUTHORITY), guarded(url)]
        async with small_town(tmp_path, sources) as town:
            await town.ask()
            write_secret(town.settings.files.secrets, "roll", "token", "second-token")
            await reloaded(town)
            shown = (await say(town, OPERATOR, query)).body["data"]["sources"]
    failures = {one["id"]: one["health"]["failures"] for one in shown}
    assert failures["roll"] == [{"rule": "refused"}]


async def test_a_certificate_and_its_key_are_renewed_together_or_not_at_all(tmp_path: Path) -> None:
    # https://github.com/cculianu/Fulcrum/issues/290: a reload between the two files.
    authority = CertificateAuthority.called("The agency's authority")
    first, second = authority.signs("gateway"), authority.signs("gateway")
    auth = 'scheme = "mtls"\n' + "\n".join(
        f'{name} = {{ file = "{name}" }}' for name in ("certificate", "key", "ca")
    )
    secrets = {"certificate": first.certificate, "key": first.key, "ca": authority.pem.certificate}
    answer, shown = AgencyServer().answer, authority.signs()
    async with (
        serving(AgencyServer().answer) as spine,
        serving_tls(answer, shown, tmp_path) as url,
    ):
        roll = rest_source("roll", url, auth=auth, secrets=secrets)
        sources = [rest_source("spine", spine, claims=AUTHORITY), roll]
        async with small_town(tmp_path, sources) as town:
            write_secret(town.settings.files.secrets, "roll", "certificate", second.certificate)
            assert (await reloaded(town))["keptSecrets"] == ["roll"]
            assert (await town.ask()).outcomes["roll"] == "HAS_RECORD"
            write_secret(town.settings.files.secrets, "roll", "key", second.key)
            done = await reloaded(town)
            assert (done["newSecrets"], done["keptSecrets"]) == (["roll"], [])
            assert (await town.ask()).outcomes["roll"] == "HAS_RECORD"
            ended = authority.signs("gateway", days=(-9, -1))
            write_secret(town.settings.files.secrets, "roll", "certificate", ended.certificate)
            write_secret(town.settings.files.secrets, "roll", "key", ended.key)
            assert (await reloaded(town))["keptSecrets"] == ["roll"]
            assert (await town.ask()).outcomes["roll"] == "HAS_RECORD"
