"""A gateway whose keys are in another process: without them nobody is asked and nothing is told."""

import asyncio
import signal
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.audit.store.sqlite_check import check_log
from gateway.model.errors import ConfigurationInvalid
from tests.support.audit.cli import run
from tests.support.edge import Edge, edge
from tests.support.gateway.auditors import nodes
from tests.support.gateway.auditors import read as looked
from tests.support.gateway.readiness import failing, readiness
from tests.support.patience import patiently
from tests.support.served_gateway import settings_file
from tests.support.town import KNOWN, Answer
from tests.support.verify.key_service_process import key_service


async def read(gateway: Edge) -> Answer:
    """What an auditor is told of the questions about the child."""
    return await looked(gateway.town, filter={"child": dict(KNOWN), "kind": "INTENT"})


async def test_a_question_is_one_round_trip_and_its_reason_is_read_again(tmp_path: Path) -> None:
    with key_service() as service:
        async with edge(tmp_path, **service.settings) as gateway:
            before = len(service.outcomes("protect"))
            assert (await gateway.send()).status == 200
            intent, *_ = service.outcomes("protect")[before:]
            found = await read(gateway)
    assert intent == ("DONE", 1)
    assert ["worried" in node["justification"] for node in nodes(found)] == [True]
    assert not (gateway.town.settings.files.state / "epochs").exists()


async def test_once_killed_nobody_is_asked_and_restarted_all_goes_on(tmp_path: Path) -> None:
    with key_service() as service:
        async with edge(tmp_path, **service.settings) as gateway:
            assert (await gateway.send()).status == 200
            asked = len(gateway.agency_server.asked)
            service.kill()
            refused = await gateway.send()
            assert (refused.status, refused.code) == (503, "KEY_SERVICE_UNAVAILABLE")
            assert len(gateway.agency_server.asked) == asked
            assert refused.code in (await read(gateway)).text
            await asyncio.to_thread(service.start)
            assert (await gateway.send()).status == 200


async def test_while_it_hangs_nobody_is_asked(tmp_path: Path) -> None:
    with key_service() as service:
        async with edge(tmp_path, **service.settings) as gateway:
            service.signal(signal.SIGSTOP)
            refused = await gateway.send()
            service.signal(signal.SIGCONT)
            assert (refused.status, refused.code) == (503, "KEY_SERVICE_UNAVAILABLE")
            assert gateway.agency_server.asked == []
            assert (await gateway.send()).status == 200


async def test_past_its_quota_at_the_key_service_a_gateway_asks_nobody(tmp_path: Path) -> None:
    with key_service(pseudonyms_a_minute=2) as service:
        async with edge(tmp_path, **service.settings) as gateway:
            told = [await gateway.send() for _ in range(4)]
            assert told[-1].code == "KEY_SERVICE_UNAVAILABLE"
            assert len(gateway.entries) < 8
        assert ("TOO_OFTEN", 1) in service.outcomes("protect")


async def test_strangers_who_hold_connections_at_the_key_service_keep_no_gateway_out(
    tmp_path: Path,
) -> None:
    with key_service() as service, ExitStack() as held:
        async with edge(tmp_path, **service.settings) as gateway:
            for number in range(300):
                stranger = held.enter_context(socket.socket(socket.AF_UNIX))
                stranger.connect(service.place.removeprefix("unix:"))
                stranger.send((b"", b"POST /protect HTTP/1.1\r\nHost: a\r\n")[number % 2])
                await asyncio.sleep(0)
            assert (await gateway.send()).status == 200


async def test_a_gateway_is_not_ready_while_its_keys_are_away(tmp_path: Path) -> None:
    with key_service() as service:
        async with edge(tmp_path, **service.settings) as gateway:
            service.kill()
            assert await readiness(gateway.town) == (503, ["keys"])
            await asyncio.to_thread(service.start)
            await patiently(failing(gateway.town))


async def test_with_a_wrong_credential_the_gateway_does_not_start(tmp_path: Path) -> None:
    with key_service() as service:
        service.credential("gateway").write_text("another")
        with pytest.raises(ConfigurationInvalid, match=r"keys\.service.*STRANGER"):
            async with edge(tmp_path, **service.settings):
                pass


async def test_without_a_service_that_answers_the_gateway_does_not_start(tmp_path: Path) -> None:
    with key_service(serving=False) as service, pytest.raises(ConfigurationInvalid) as refused:
        async with edge(tmp_path, **service.settings):
            pass
    assert str(refused.value).startswith("keys.service: ")


async def test_an_officer_destroys_an_epoch_under_a_running_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with key_service() as service:
        async with edge(tmp_path, **service.settings) as gateway:
            await gateway.send()
            file = settings_file(tmp_path, gateway.town.settings)
            monkeypatch.setenv("TEAMAROUND_SETTINGS", str(file))
            officer = ("--who", "the.officer", "--credential", service.credential("officer"))
            for change in (("begin-epoch", "2027"), ("destroy-epoch", "epoch-1")):
                assert (await asyncio.to_thread(run, *change, *officer)).exit_code == 0
            assert nodes(await read(gateway)) == []
            assert (await gateway.send()).status == 200
            changes = [each for each in gateway.entries if each["kind"] == "CONFIGURATION_CHANGE"]
            newest = gateway.entries[-1]
    assert [each["detail"] for each in changes] == ["EPOCH_BEGUN", "EPOCH_DESTROYED"]
    assert all(name.startswith("2027:") for name in newest["child_pseudonyms"])
    assert check_log(tmp_path / "state" / "audit.sqlite").size == len(gateway.entries)
