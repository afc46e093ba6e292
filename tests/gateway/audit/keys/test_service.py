"""The epochs' keys in a process of their own: used by who may, given out to nobody."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from gateway.audit.errors import KeysUnavailable, KeysUnreadable, SealBroken
from gateway.audit.keys.epoch_keys import SealText
from gateway.audit.keys.key_ring import KeyRing
from gateway.audit.keys.private_file import create_once
from gateway.audit.keys.service.client import KeyAccess, RemoteKeys, remote_keys
from tests.support.audit.examples import everything_in
from tests.support.patience import PATIENCE_S
from tests.support.verify.authority import certificate
from tests.support.verify.key_service_process import KeyService, key_service

NUMBER = b"nhs_number 9000000009"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service on a loaded machine is waited for."""
    monkeypatch.setattr("gateway.audit.keys.service.client.SECONDS", PATIENCE_S)


@pytest.fixture(scope="module")
def running() -> Iterator[KeyService]:
    with key_service() as service:
        yield service


@asynccontextmanager
async def client(service: KeyService, name: str = "gateway") -> AsyncIterator[RemoteKeys]:
    async with remote_keys(service.place, KeyAccess.of(service.credential(name), None)) as keys:
        yield keys


async def status(service: KeyService, path: str, body: bytes, credential: str | None = None) -> int:
    """What a bare HTTP client is told."""
    shown = credential or service.credential("gateway").read_text()
    connector = aiohttp.UnixConnector(service.place.removeprefix("unix:"))
    headers = {"Authorization": f"Bearer {shown}"}
    async with (
        aiohttp.ClientSession(connector=connector, headers=headers) as session,
        session.post(f"http://keys{path}", data=BytesIO(body)) as answer,
    ):
        return answer.status


async def test_it_makes_what_the_keys_in_files_make_and_opens_what_it_sealed() -> None:
    with key_service() as service:
        ring = KeyRing.at(service.folder / "keys", first_epoch="epoch-1")
        async with client(service) as keys:
            made = await keys.protect([NUMBER, b"another"], [SealText(b"worried", b"q1")])
            assert made.digests == (await ring.protect([NUMBER, b"another"])).digests
            assert await keys.find([NUMBER]) == await ring.find([NUMBER])
            assert await keys.open(made.epoch, made.sealed[0], b"q1") == b"worried"
            with pytest.raises(SealBroken):
                await keys.open(made.epoch, made.sealed[0], b"q2")


async def test_its_journal_says_who_and_how_often_and_never_whom() -> None:
    with key_service() as service:
        async with client(service) as keys:
            held = await keys.protect([NUMBER] * 3, [SealText(b"worried", b"q1")])
            await keys.find([NUMBER])
        assert [each["client"] for each in service.journal] == [None, "gateway", "gateway"]
        assert service.outcomes("protect") == [("DONE", 3)]
        assert service.outcomes("find") == [("DONE", 1)]
        journal = everything_in(service.folder / "journal")
        for secret in (b"9000000009", b"worried", held.digests[0].hex().encode()):
            assert secret not in journal


def limit_files(service: KeyService, largest: int) -> None:
    assert service.process is not None
    _, hard = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (largest, hard))


@pytest.mark.parametrize("room", [0, 30])
async def test_a_journal_without_room_answers_nobody_and_keeps_whole_lines(room: int) -> None:
    with key_service() as service:
        async with client(service) as keys:
            await keys.protect([NUMBER])
            before = service.journal
            limit_files(service, (service.folder / "journal").stat().st_size + room)
            for _ in range(2):
                with pytest.raises(KeysUnavailable):
                    await keys.protect([NUMBER])
            limit_files(service, resource.RLIM_INFINITY)
            await keys.protect([NUMBER] * 2)
        assert service.journal[: len(before)] == before
        assert service.outcomes("protect")[-1] == ("DONE", 2)


async def test_the_keys_are_in_no_answer_and_for_its_own_account_alone() -> None:
    with key_service() as service:
        files = sorted((service.folder / "keys").iterdir())
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert (service.folder / "socket").stat().st_mode & 0o777 == 0o660
        for path in ("/keys", "/epochs", "/", "/protect?key=1", "/keys/epoch-1.json"):
            assert await status(service, path, b"{}") in {400, 404}


@pytest.mark.parametrize("shown", ["", "guessed", "\N{LATIN SMALL LETTER E WITH ACUTE}" * 40])
async def test_a_wrong_credential_has_nothing_and_is_written_down(
    running: KeyService, shown: str
) -> None:
    before = len(running.outcomes("sign-in"))
    assert await status(running, "/protect", b"{}", shown or " ") == 401
    assert running.outcomes("sign-in")[before:] == [("STRANGER", 0)]


async def test_whoever_guesses_credentials_is_slowed_down() -> None:
    with key_service() as service:
        told = [await status(service, "/find", b"{}", f"guess-{n}") for n in range(70)]
    assert set(told[:60]) == {401}
    assert 429 in told[60:]


async def test_whoever_enumerates_children_is_stopped_and_seen() -> None:
    with key_service(pseudonyms_a_minute=10, finds_a_minute=2) as service:
        async with client(service) as keys:
            await keys.protect([NUMBER] * 10)
            with pytest.raises(KeysUnavailable, match="TOO_OFTEN"):
                await keys.protect([NUMBER] * 10)
            with pytest.raises(KeysUnavailable, match="TOO_OFTEN"):
                await keys.find([NUMBER] * 3)
        assert service.outcomes("protect") == [("DONE", 10), ("TOO_OFTEN", 10)]
        assert service.outcomes("find") == [("TOO_OFTEN", 3)]


async def test_a_gateway_changes_no_epoch_and_an_officer_asks_about_nobody() -> None:
    with key_service() as service:
        async with client(service) as gateway, client(service, "officer") as officer:
            with pytest.raises(KeysUnavailable, match="NOT_ALLOWED"):
                await gateway.change("destroy", "epoch-1")
            with pytest.raises(KeysUnavailable, match="NOT_ALLOWED"):
                await officer.find([NUMBER])
        assert [each["outcome"] for each in service.journal][1:] == ["NOT_ALLOWED"] * 2


async def test_a_destroyed_epoch_is_gone_at_once_and_from_the_disk() -> None:
    with key_service() as service:
        (held,) = KeyRing.at(service.folder / "keys", first_epoch="epoch-1").held
        async with client(service) as keys, client(service, "officer") as officer:
            before = await keys.protect([NUMBER], [SealText(b"worried", b"q1")])
            await officer.change("begin", "2027")
            await officer.change("destroy", "epoch-1")
            with pytest.raises(SealBroken):
                await keys.open(before.epoch, before.sealed[0], b"q1")
            assert list(await keys.find([NUMBER])) == ["2027"]
            assert (await keys.protect([NUMBER])).epoch == "2027"
            with pytest.raises(KeysUnreadable, match="still needed"):
                await officer.change("destroy", "2027")
        assert held.pseudonym_key not in everything_in(service.folder / "keys")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/protect", b""),
        ("/protect", b"[]"),
        ("/protect", b'{"messages":["!"],"texts":[]}'),
        ("/protect", b'{"messages":[],"texts":[["YQ=="]]}'),
        ("/protect", b'{"messages":[' + b'"",' * 4096 + b'""],"texts":[]}'),
        ("/find", b'{"messages":"YQ==","texts":[]}'),
        ("/find", b'{"messages":[],"texts":[],"key":1}'),
        ("/open", b'{"epoch":"../2026","sealed":"","bound_to":""}'),
        ("/epochs", b'{"change":"read","epoch":"2026"}'),
        ("/protect", b" " * (1024 * 1024 + 1)),
    ],
)
async def test_a_malformed_request_is_refused(running: KeyService, path: str, body: bytes) -> None:
    assert await status(running, path, body) == 400


async def test_it_takes_the_place_of_one_that_was_killed_and_of_none_that_lives() -> None:
    with key_service() as service:
        service.kill()
        service.start()
        other = KeyService(service.folder)
        with pytest.raises(AssertionError, match="cannot listen"):
            other.start()
        other.kill()
        async with client(service) as keys:
            assert (await keys.protect([NUMBER])).epoch == "epoch-1"


async def test_over_tls_only_its_own_authority_is_believed(tmp_path: Path) -> None:
    with key_service(serving=False) as service:
        ours, others = certificate(tmp_path / "ours"), certificate(tmp_path / "others")
        line = service.start(
            *("--port", "0", "--certificate", str(ours.chain), "--key", str(ours.key))
        )
        place = f"https://{line.split()[-1]}"
        credential = service.credential("gateway")
        async with remote_keys(place, KeyAccess.of(credential, ours.chain)) as keys:
            assert (await keys.protect([NUMBER])).epoch == "epoch-1"
        async with remote_keys(place, KeyAccess.of(credential, others.chain)) as keys:
            with pytest.raises(KeysUnavailable):
                await keys.protect([NUMBER])


@pytest.mark.parametrize(
    ("place", "named"), [("http://127.0.0.1:1", "keys.service"), ("", "keys.service")]
)
async def test_the_keys_are_never_asked_for_in_the_clear(
    tmp_path: Path, place: str, named: str
) -> None:
    create_once(tmp_path / "credential", b"c")
    with pytest.raises(KeysUnreadable, match=named):
        async with remote_keys(place, KeyAccess.of(tmp_path / "credential", None)):
            pass


async def test_a_credential_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "credential").write_text("c")
    (tmp_path / "credential").chmod(0o644)
    with pytest.raises(KeysUnreadable, match="0600"):
        async with remote_keys("unix:/nowhere", KeyAccess.of(tmp_path / "credential", None)):
            pass
