"""The log's signer signs only growth, alone or as one of a pair, here or in the key service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.processes.postgres import Postgres
from gateway.audit.errors import KeysUnreadable, LogCorrupt, LogUnavailable, SignerForgot
from gateway.audit.keys.private_file import create_once
from gateway.audit.keys.service.client import KeyAccess, RemoteKeys
from gateway.audit.keys.service.clients import Clients, digest_of, new_credential
from gateway.audit.keys.service.journal import Journal
from gateway.audit.keys.service.routes import key_app
from gateway.audit.keys.service.service import open_room
from gateway.audit.keys.signing.growth_signer import GrowthSigner
from gateway.audit.keys.signing.memory import SignerMemory
from gateway.audit.keys.signing.remote_signer import RemoteSigner
from gateway.audit.keys.signing.state import Growth, LogSigner, SignedState
from gateway.audit.tree.merkle import Edge, consistency_path, grown, leaf_hash
from gateway.audit.tree.note import NoteSigner
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.state import State, Trust
from tests.support.audit.publishing import ORIGIN
from tests.support.audit.signing import signing
from tests.support.verify.witnessed import nodes, serving_app

KEY = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"k" * 32))
TRUST = Trust(VerifierKey.read(KEY.verifier_key))
LEAVES = [f"entry {number}".encode() for number in range(40)]
OTHERS = [b"another", *LEAVES[1:]]


def growth(old: int, leaves: list[bytes]) -> Growth:
    """What a gateway tells of these entries."""
    edge, _ = grown(Edge(), map(leaf_hash, leaves))
    path = consistency_path(old, edge.size, nodes(leaves)) if 0 < old <= edge.size else []
    return Growth(old, edge.size, edge.root, tuple(path))


async def test_each_growth_is_signed_and_an_independent_reader_accepts_it(tmp_path: Path) -> None:
    signer, old = await signing(KEY, tmp_path), 0
    for size in (1, 7, 8, 8, 40):
        signed = await signer.sign(growth(old, LEAVES[:size]))
        read = State.read(signed.note.encode(), TRUST)
        assert (read.origin, read.size, read.root) == (ORIGIN, size, signed.root)
        old = size
    assert [state.size for state in await signer.states()] == [0, 1, 7, 8, 40]


@pytest.mark.parametrize(
    "told",
    [
        growth(20, OTHERS[:30]),
        growth(20, OTHERS[:20]),
        replace(growth(20, LEAVES[:30]), path=()),
        replace(growth(20, LEAVES[:30]), root=bytes(32)),
        Growth(20, 10, growth(0, LEAVES[:10]).root),
        replace(growth(20, LEAVES[:20]), path=(bytes(32),)),
    ],
)
async def test_what_is_no_growth_is_never_signed(tmp_path: Path, told: Growth) -> None:
    signer = await signing(KEY, tmp_path)
    before = await signer.sign(growth(0, LEAVES[:20]))
    with pytest.raises(LogCorrupt, match="20 entries as they were signed"):
        await signer.sign(told)
    assert await signer.remembered() == before


async def test_growth_told_from_elsewhere_gets_what_was_signed_last(tmp_path: Path) -> None:
    signer = await signing(KEY, tmp_path)
    before = await signer.sign(growth(0, LEAVES[:20]))
    for old in (0, 10, 30):
        assert await signer.sign(growth(old, LEAVES[:40])) == before


async def test_a_signer_without_memory_signs_nothing_until_it_is_given_a_state(
    tmp_path: Path,
) -> None:
    whole = await (await signing(KEY, tmp_path)).sign(growth(0, LEAVES[:20]))
    signer = GrowthSigner(KEY, await SignerMemory.at_file(tmp_path / "new"))
    with pytest.raises(SignerForgot, match="audit remember"):
        await signer.sign(growth(0, LEAVES[:30]))
    assert await signer.begin(whole)
    assert not await signer.begin(whole)
    assert (await signer.sign(growth(20, LEAVES[:30]))).size == 30


async def test_a_memory_of_another_program_or_a_later_release_is_left_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "memory").write_bytes(b"no such file" * 100)
    with pytest.raises(KeysUnreadable, match="memory"):
        await SignerMemory.at_file(tmp_path / "memory")


async def test_the_memory_thins_out_what_is_old_and_keeps_the_newest(tmp_path: Path) -> None:
    memory = await SignerMemory.at_file(tmp_path / "memory")
    before: SignedState | None = None
    sizes = range(0, 300 * 100, 100)
    for size in sizes:
        after = SignedState(ORIGIN, size, bytes(32), "a note")
        assert await memory.advance(before, after)
        before = after
    kept = [state.size for state in await memory.states(ORIGIN)]
    assert kept[-256:] == list(sizes)[-256:]
    assert kept[:-256] == [0, 4100]


@pytest.fixture
async def pair(durable: Postgres, tmp_path: Path) -> AsyncIterator[tuple[GrowthSigner, ...]]:
    """Two signers with one key, whose memory is a small PostgreSQL of their own."""
    dsn = durable.dsn()
    memories = [await SignerMemory.at_server(dsn) for _ in range(2)]
    origin = f"{ORIGIN}/{tmp_path.name}"
    key = NoteSigner(origin, KEY.key)
    yield tuple(GrowthSigner(key, memory) for memory in memories)
    for memory in memories:
        await memory.aclose()


async def test_of_two_histories_told_to_a_pair_at_once_one_is_signed(
    pair: tuple[GrowthSigner, ...],
) -> None:
    one, other = pair
    assert await one.begin(one.empty())
    told = [growth(0, LEAVES[:9]), growth(0, OTHERS[:9])]
    signed = await asyncio.gather(one.sign(told[0]), other.sign(told[1]), return_exceptions=True)
    roots = {each.root for each in signed if isinstance(each, SignedState)}
    assert len(roots) == 1
    remembered = await other.remembered()
    assert remembered == await one.remembered()
    assert remembered is not None
    with pytest.raises(LogCorrupt):
        await other.sign(growth(9, OTHERS[:20] if remembered.root == told[0].root else LEAVES[:20]))


async def test_when_one_of_a_pair_is_away_the_other_continues_from_its_memory(
    pair: tuple[GrowthSigner, ...],
) -> None:
    one, other = pair
    await one.begin(one.empty())
    await one.sign(growth(0, LEAVES[:9]))
    await one.memory.aclose()
    assert (await other.sign(growth(9, LEAVES[:20]))).size == 20


async def test_a_memory_whose_commits_are_not_sure_is_refused(postgres: Postgres) -> None:
    with pytest.raises(LogUnavailable, match="no commit is sure"):
        await SignerMemory.at_server(postgres.dsn())


@asynccontextmanager
async def served(
    folder: Path, signer: LogSigner | None, *may: str, without: str = ""
) -> AsyncIterator[RemoteKeys]:
    """A key service with this signer, as a client sees it who may so; `without` one path."""
    credential = new_credential()
    create_once(folder / "credential", credential.encode())
    said = ", ".join(f'"{use}"' for use in may)
    (folder / "clients.toml").write_text(
        f'[[client]]\nname = "g"\ncredential_sha256 = "{digest_of(credential)}"\nmay = [{said}]\n'
    )
    journal = Journal.at(folder / "journal", lambda: datetime.now(UTC))
    clients = Clients.read(folder / "clients.toml")
    room = open_room(
        folder / "keys", clients, journal, monotonic, first_epoch="2026", signer=signer
    )
    app = key_app(room)
    app.router.routes = [each for each in app.routes if getattr(each, "path", "") != without]
    async with serving_app(app) as url, aiohttp.ClientSession() as session:
        yield RemoteKeys(session, url, KeyAccess.of(folder / "credential", None))
    journal.close()


async def test_the_key_service_signs_growth_and_refuses_the_rest(tmp_path: Path) -> None:
    signer = await signing(KEY, tmp_path)
    async with served(tmp_path, signer, "sign") as keys:
        remote = await RemoteSigner.open(keys, ORIGIN)
        assert (remote.name, remote.verifier_key) == (ORIGIN, KEY.verifier_key)
        signed = await remote.sign(growth(0, LEAVES[:20]))
        assert signed == await remote.remembered() == await signer.remembered()
        with pytest.raises(LogCorrupt, match="20 entries as they were signed"):
            await remote.sign(growth(20, OTHERS[:30]))
        assert [state.size for state in await remote.states()] == [0, 20]
        assert not await remote.join("a" * 32)
        assert not await remote.join("b" * 32)
        for gateway in ("a", "b"):
            await remote.leave(gateway * 32)
        assert await remote.join("c" * 32)
        assert not await remote.join("d" * 32)
        with pytest.raises(KeysUnreadable, match="another log"):
            await RemoteSigner.open(keys, "another.example/log")
    lines = (tmp_path / "journal").read_text()
    assert lines.count('"use":"sign"') == 2
    assert KEY.key.private_bytes_raw().hex() not in lines


async def test_a_gateway_gets_the_key_of_the_logs_marks_and_never_the_logs_own(
    tmp_path: Path,
) -> None:
    signer = await signing(KEY, tmp_path)
    async with served(tmp_path, signer, "sign") as keys:
        remote = await RemoteSigner.open(keys, ORIGIN)
        assert await remote.mark_key() == KEY.mark_key() == await signer.mark_key()
        with pytest.raises(LogUnavailable, match="another log's key"):
            await RemoteSigner(keys, f"{ORIGIN}+00000000+AAAA").mark_key()
    assert KEY.mark_key().secret != KEY.key.private_bytes_raw()
    assert '"use":"mark-key"' in (tmp_path / "journal").read_text()
    assert KEY.mark_key().secret.hex() not in repr(KEY.mark_key())


async def test_a_key_service_of_the_release_before_is_told_to_be_upgraded_first(
    tmp_path: Path,
) -> None:
    signer = await signing(KEY, tmp_path)
    async with served(tmp_path, signer, "sign", without="/log/mark-key") as keys:
        remote = await RemoteSigner.open(keys, ORIGIN)
        with pytest.raises(LogUnavailable, match="earlier release; upgrade it first"):
            await remote.mark_key()


async def test_a_client_without_the_right_has_nothing_signed(tmp_path: Path) -> None:
    signer = await signing(KEY, tmp_path)
    async with served(tmp_path, signer, "protect", "find", "open") as keys:
        with pytest.raises(LogUnavailable, match="NOT_ALLOWED"):
            await RemoteSigner.open(keys, ORIGIN)
        remote = RemoteSigner(keys, KEY.verifier_key)
        with pytest.raises(LogUnavailable, match="NOT_ALLOWED"):
            await remote.sign(growth(0, LEAVES[:20]))
        with pytest.raises(LogUnavailable, match="NOT_ALLOWED"):
            await remote.join("a" * 32)
        with pytest.raises(LogUnavailable, match="NOT_ALLOWED"):
            await remote.mark_key()


async def test_a_key_service_without_the_logs_key_says_so(tmp_path: Path) -> None:
    async with served(tmp_path, None, "sign") as keys:
        with pytest.raises(LogUnavailable, match="no log's key"):
            await RemoteSigner.open(keys, ORIGIN)


async def test_a_key_service_without_memory_of_the_log_signs_nothing(tmp_path: Path) -> None:
    signer = GrowthSigner(KEY, await SignerMemory.at_file(tmp_path / "new"))
    async with served(tmp_path, signer, "sign") as keys:
        remote = await RemoteSigner.open(keys, ORIGIN)
        assert await remote.remembered() is None
        with pytest.raises(LogCorrupt, match="does not remember"):
            await remote.sign(growth(0, LEAVES[:20]))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"old":-1,"size":1,"root":"","path":[]}', b'{"old":true}']
)
async def test_a_malformed_request_to_sign_is_refused(tmp_path: Path, body: bytes) -> None:
    signer = await signing(KEY, tmp_path)
    async with served(tmp_path, signer, "sign") as keys:
        headers = {"Authorization": f"Bearer {keys.access.credential.now}"}
        for use in ("sign", "presence"):
            url = f"{keys.url}/log/{use}"
            async with keys.session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 400
