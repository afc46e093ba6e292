"""Nobody holds a connection longer than its bound, whatever they send or do not read."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import Receive, Scope, Send

from tests.support.door import GET, HOST, door, echo, heard, read_whole, say, statuses
from tests.support.patience import PATIENCE_S, patiently

POST: Final = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n"
SOON: Final = 0.3


async def over_in(begun: Callable[[asyncio.StreamWriter], None], **bounds: float) -> bytes:
    """All that comes back once the server has had enough, which is well within ten seconds."""
    async with door(echo, **bounds) as served, served.client() as (reader, writer):
        begun(writer)
        return await heard(reader)


@pytest.mark.parametrize("begun", [b"G", GET[:20], b"\r\n", GET + GET[:20]])
async def test_a_head_that_does_not_come_is_refused(begun: bytes) -> None:
    said = await over_in(lambda writer: writer.write(begun), head_s=SOON)
    assert statuses(said)[-1] == 408


async def test_a_head_that_comes_a_byte_at_a_time_gains_no_time() -> None:
    async with door(echo, head_s=SOON) as served, served.client() as (reader, writer):

        async def trickle() -> None:
            for place in range(len(GET) * 100):
                writer.write(b"GET /" + b"a" * place if place == 0 else b"a")
                await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        assert statuses(await heard(reader)) == [408]
        trickling.cancel()


async def test_who_says_nothing_is_let_go_without_a_word() -> None:
    assert await over_in(lambda _: None, head_s=SOON) == b""


async def test_a_body_that_does_not_come_is_refused() -> None:
    assert statuses(await over_in(lambda w: w.write(POST + b"half"), body_s=SOON)) == [408]


async def test_an_idle_connection_is_let_go() -> None:
    assert statuses(await over_in(lambda w: w.write(GET), idle_s=SOON)) == [200]


async def test_a_body_that_comes_after_its_answer_is_thrown_away_up_to_a_bound() -> None:
    async def refuses(_: Scope, __: Receive, send: Send) -> None:
        await say(send, b"no", 405)

    async with door(refuses) as served, served.client() as (reader, writer):
        writer.write(POST + b"a" * 9 + GET)
        await reader.readuntil(b"no")
        await reader.readuntil(b"no")
        endless = POST.replace(b" 9", b" 999999999")
        writer.write(endless)
        writer.write(b"a" * 3_000_000)
        await reader.readuntil(b"no")
        assert await heard(reader) == b""


async def test_a_reader_who_takes_nothing_is_cut_and_what_waits_for_him_is_bounded() -> None:
    written = 0
    over = asyncio.Event()

    async def endless(_: Scope, receive: Receive, send: Send) -> None:
        nonlocal written
        await read_whole(receive)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not await _gone(receive):
            await send({"type": "http.response.body", "body": b"a" * 65536, "more_body": True})
            written += 65536
        over.set()

    async with door(endless, send_s=SOON) as served:
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.send(GET)
            await patiently(over.wait())
    assert written < 16 * 1024 * 1024


async def _gone(receive: Receive) -> bool:
    try:
        async with asyncio.timeout(0):
            return bool((await receive())["type"] == "http.disconnect")
    except TimeoutError:
        return False


async def test_who_answers_a_request_hears_that_its_client_left_also_when_more_waited() -> None:
    heard: list[str] = []
    over, begun = asyncio.Event(), asyncio.Event()

    async def waits(_: Scope, receive: Receive, __: Send) -> None:
        await read_whole(receive)
        begun.set()
        heard.append((await receive())["type"])
        over.set()

    async with door(waits) as served:
        async with served.client() as (_, writer):
            writer.write(GET + GET)
            await patiently(begun.wait())
        await patiently(over.wait())
    assert heard == ["http.disconnect"]


async def test_a_stop_ends_within_its_bound_whatever_clients_hold() -> None:
    begun = asyncio.Event()

    async def never(_: Scope, receive: Receive, __: Send) -> None:
        await read_whole(receive)
        begun.set()
        await asyncio.Event().wait()

    async with door(never, stop_s=SOON) as served:
        held = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(4)]
        for client, sent in zip(held, [b"", GET[:9], POST, GET], strict=True):
            client.send(sent)
        await patiently(begun.wait())
        began = time.monotonic()
        await served.server.shutdown()
        assert time.monotonic() - began < 30
        for client in held:
            client.close()


async def test_a_handshake_that_does_not_end_is_counted_and_cut(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    async with door(echo, shown=file, handshake_s=SOON, per_peer=3) as served:
        with ExitStack() as held:
            clients = [held.enter_context(stranger(served.port)) for _ in range(9)]
            for number, client in enumerate(clients):
                client.send((b"", b"\x16\x03\x01\x02\x00\x01")[number % 2])
            for client in clients:
                assert await asyncio.to_thread(last_words, client) == b""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, ssl=context)
        writer.write(GET[:-2] + b"Connection: close\r\n\r\n")
        assert statuses(await heard(reader)) == [200]
        writer.close()


async def test_plain_words_at_a_door_for_tls_end_the_connection(tmp_path: Path) -> None:
    async with door(echo, shown=certificate(tmp_path)) as served:
        assert statuses(await served.sent(GET)) == []


def stranger(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def last_words(client: socket.socket) -> bytes:
    try:
        return client.recv(1024)
    except ConnectionError:
        return b""


def certificate(folder: Path) -> Path:
    """A key and a certificate for it, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "door.example")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "door.pem"
    file.touch(mode=0o600)
    file.write_bytes(pem + built.public_bytes(serialization.Encoding.PEM))
    return file
