"""A pair of key services: one away, slow or wrong costs nobody an answer, and is never mixed in."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.audit.errors import KeysTooOften, KeysUnavailable, SealBroken
from gateway.audit.keys.epoch_keys import SealText
from gateway.audit.keys.key_ring import KeyRing
from gateway.audit.keys.service import client, several
from gateway.audit.keys.service.checks import KeyChecks
from gateway.audit.keys.service.client import KeyAccess
from gateway.audit.keys.service.several import KeyServices, key_services
from gateway.model.errors import ConfigurationInvalid
from tests.support.edge import edge
from tests.support.patience import PATIENCE_S
from tests.support.verify.key_service_here import serving_here
from tests.support.verify.key_service_process import KeyService, key_service

NUMBER = b"nhs_number 9000000009"
Pair = tuple[KeyService, KeyService]


@contextmanager
def two(**limits: int) -> Iterator[Pair]:
    """Two services that let the same clients in, with the same keys; neither serves yet."""
    with (
        key_service(serving=False, **limits) as first,
        key_service(serving=False, **limits) as second,
    ):
        for name in ("clients.toml", "gateway", "officer"):
            shutil.copy2(first.folder / name, second.folder / name)
        KeyRing.at(first.folder / "keys", first_epoch="epoch-1")
        copy_keys(first, second)
        yield first, second


@contextmanager
def processes(*, same_keys: bool = True) -> Iterator[Pair]:
    """The two as processes of their own."""
    with two() as services:
        if not same_keys:
            shutil.rmtree(services[1].folder / "keys")
        for each in services:
            each.start()
        yield services


@asynccontextmanager
async def pair(**limits: int) -> AsyncIterator[Pair]:
    """The two within this process."""
    with two(**limits) as services:
        async with serving_here(services[0]), serving_here(services[1]):
            yield services


def copy_keys(one: KeyService, other: KeyService) -> None:
    """As an operator copies them: the keys first, then which of them are the current."""
    (other.folder / "keys").mkdir(mode=0o700, exist_ok=True)
    files = sorted((one.folder / "keys").iterdir(), key=lambda file: file.name == "current")
    for file in files:
        shutil.copy2(file, other.folder / "keys" / file.name)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is well may take as long as a busy machine does."""
    monkeypatch.setattr(client, "SECONDS", PATIENCE_S)
    monkeypatch.setattr(several, "SECONDS", PATIENCE_S)


@pytest.fixture(scope="module")
def running() -> Iterator[Pair]:
    with processes() as services:
        yield services


@asynccontextmanager
async def asked(
    services: tuple[KeyService, ...], folder: Path, who: str = "gateway"
) -> AsyncIterator[KeyServices]:
    access = KeyAccess.of(services[0].credential(who), None)
    places = [each.place for each in services]
    async with key_services(places, access, KeyChecks.at(folder / "key-checks")) as keys:
        yield keys


def told(events: list[Any]) -> list[str]:
    return [each["event"] for each in events]


async def test_the_first_is_asked_and_the_second_gives_the_same(
    running: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "_NEXT_AFTER_S", PATIENCE_S)  # however busy the machine is
    before = [len(each.outcomes("protect")) for each in running]
    async with asked(running, tmp_path) as keys, asked(running[::-1], tmp_path) as turned:
        one = await keys.protect([NUMBER], [SealText(b"worried", b"q")])
        assert [len(each.outcomes("protect")) for each in running] == [before[0] + 1, before[1]]
        other = await turned.protect([NUMBER])
        assert one.digests == other.digests
        assert await keys.find([NUMBER]) == await turned.find([NUMBER])
        assert await turned.open(one.epoch, one.sealed[0], b"q") == b"worried"
        with pytest.raises(SealBroken):
            await keys.open(one.epoch, one.sealed[0], b"another")
    assert len(one.digests) == 1


async def test_while_the_first_hangs_a_question_waits_once_and_then_never(
    running: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked(running, tmp_path) as keys:
        made = await keys.protect([NUMBER])
        running[0].signal(signal.SIGSTOP)
        try:
            with capture_logs() as events:
                assert (await keys.protect([NUMBER])).digests == made.digests
                # Whoever still waited for the one that hangs would have no time left for the other.
                monkeypatch.setattr(several, "_NEXT_AFTER_S", PATIENCE_S)
                many = await asyncio.gather(*(keys.protect([NUMBER]) for _ in range(20)))
        finally:
            running[0].signal(signal.SIGCONT)
        with capture_logs() as later:
            await keys.look()
    assert {each.digests for each in many} == {made.digests}
    assert (told(events), told(later)) == (["key_service_away"], ["key_service_back"])


async def test_a_gateway_whose_first_key_service_was_killed_answers_by_the_second(
    tmp_path: Path,
) -> None:
    with processes() as (first, second):
        both = {**first.settings, "keys__service": f"{first.place}, {second.place}"}
        async with edge(tmp_path, **both) as gateway:
            assert (await gateway.send()).status == 200
            first.kill()
            assert [(await gateway.send()).status for _ in range(3)] == [200] * 3
            second.kill()
            assert (await gateway.send()).code == "KEY_SERVICE_UNAVAILABLE"
            await asyncio.to_thread(second.start)
            assert (await gateway.send()).status == 200
            names = {tuple(e["child_pseudonyms"]) for e in gateway.entries if e["kind"] == "INTENT"}
    assert len(names) == 1  # the child has the same names, whoever made them


async def says_nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull")


async def says_too_much(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 2_000_000)


async def says_other_digests(writer: asyncio.StreamWriter) -> None:
    said = b'{"epoch":"epoch-1","digests":["%s","%s"],"sealed":[]}' % ((b"A" * 43 + b"=",) * 2)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said))


async def never_ends(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"1\r\nx\r\n")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("hostile", [says_nonsense, says_too_much, says_other_digests, never_ends])
async def test_what_answers_in_the_place_of_the_first_costs_nobody_an_answer(
    tmp_path: Path, hostile: Callable[[asyncio.StreamWriter], Awaitable[None]]
) -> None:
    answering: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        try:
            await reader.readuntil(b"\r\n\r\n")
            await hostile(writer)
        except (ConnectionError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    with two() as (first, second):
        ring = KeyRing.at(first.folder / "keys", first_epoch="epoch-1")
        at = first.folder / "socket"
        async with serving_here(second), asked((second,), tmp_path) as keys:
            await keys.protect([NUMBER])  # so that its keys are known
        async with (
            serving_here(second),
            await asyncio.start_unix_server(answer, at),
            asked((first, second), tmp_path) as keys,
        ):
            made = await keys.protect([NUMBER])
            assert keys.services[0].away
            for task in answering:
                assert task is not None
                task.cancel()
            await asyncio.gather(*(each for each in answering if each), return_exceptions=True)
        assert made.digests == (await ring.protect([NUMBER])).digests


async def test_other_keys_by_the_same_name_are_never_mixed_in(tmp_path: Path) -> None:
    with processes(same_keys=False) as (first, second):
        right = KeyRing.at(first.folder / "keys", first_epoch="epoch-1")
        async with asked((first, second), tmp_path) as keys:
            made = await keys.protect([NUMBER])
            with capture_logs() as events:
                await keys.look()
            first.kill()
            for use in (keys.protect, keys.find):
                with pytest.raises(KeysUnavailable, match="another key"):
                    await use([NUMBER])
        async with asked((second, first), tmp_path) as keys:  # also after a restart
            with pytest.raises(KeysUnavailable):
                await keys.protect([NUMBER])
        both = {**first.settings, "keys__service": second.place}
        shutil.copytree(tmp_path / "key-checks", tmp_path / "state" / "key-checks")
        with pytest.raises(ConfigurationInvalid, match=r"keys\.service.*another key"):
            async with edge(tmp_path, **both):
                pass
    assert made.digests == (await right.protect([NUMBER])).digests
    assert told(events) == ["key_service_other_keys", "key_service_away"]


async def test_a_client_that_asks_too_often_is_not_given_twice_as_much(tmp_path: Path) -> None:
    async with pair(pseudonyms_a_minute=5) as services:
        async with asked(services, tmp_path) as keys:
            await keys.protect([NUMBER] * 5)
            with pytest.raises(KeysTooOften):
                await keys.protect([NUMBER] * 5)
        assert services[1].outcomes("protect") == []


async def test_a_new_epoch_begins_at_the_first_and_searches_wait_for_the_copy(
    tmp_path: Path,
) -> None:
    with two() as (first, second):
        async with serving_here(second), asked((first, second), tmp_path) as keys:
            async with (
                serving_here(first),
                asked((first, second), tmp_path, "officer") as officer,
            ):
                old = await keys.protect([NUMBER])
                await officer.change("begin", "2027")
                new = await keys.protect([NUMBER])
                assert new.epoch == "2027"
                with capture_logs() as events:
                    await keys.look()
                    await keys.look()
                assert told(events) == ["key_service_behind"]
            assert (await keys.protect([NUMBER])).digests == old.digests
            with pytest.raises(KeysUnavailable):  # else the newest entries were not found
                await keys.find([NUMBER])
            copy_keys(first, second)
            assert set(await keys.find([NUMBER])) == {"epoch-1", "2027"}
            assert (await keys.protect([NUMBER])).digests == new.digests


async def test_an_epoch_is_destroyed_everywhere_or_the_officer_is_told(tmp_path: Path) -> None:
    with two() as (first, second):
        async with (
            serving_here(first),
            asked((first, second), tmp_path) as keys,
            asked((first, second), tmp_path, "officer") as officer,
        ):
            async with serving_here(second):
                made = await keys.protect([NUMBER], [SealText(b"worried", b"q")])
                await officer.change("begin", "2027")
                copy_keys(first, second)
                await keys.find([NUMBER])
            with pytest.raises(KeysUnavailable):
                await officer.change("destroy", "epoch-1")
            with pytest.raises(KeysUnavailable):  # one that is away may have it still
                await keys.open(made.epoch, made.sealed[0], b"q")
            async with serving_here(second):
                await officer.change("destroy", "epoch-1")
                await keys.look()
                assert set(await keys.find([NUMBER])) == {"2027"}
                with pytest.raises(SealBroken):
                    await keys.open(made.epoch, made.sealed[0], b"q")
        assert not (second.folder / "keys" / "epoch-1.json").exists()


async def test_two_services_over_one_folder_use_what_either_changed(tmp_path: Path) -> None:
    with two() as (first, second):
        shutil.rmtree(second.folder / "keys")
        (second.folder / "keys").symlink_to(first.folder / "keys")
        async with (
            serving_here(first),
            serving_here(second),
            asked((first, second), tmp_path, "officer") as officer,
            asked((second, first), tmp_path) as keys,
        ):
            await keys.protect([NUMBER])
            await officer.change("begin", "2027")
            assert (await keys.protect([NUMBER])).epoch == "2027"
            await officer.change("destroy", "epoch-1")
            assert set(await keys.find([NUMBER])) == {"2027"}
