"""Whom a declared proxy connects for; nobody else is believed about it."""

import asyncio
from ipaddress import ip_address, ip_network
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from gateway.http.connections.peers import DeclaredProxies, peer_of
from gateway.http.connections.proxy_protocol import NotProxied, read_proxied
from tests.support.door import GET, door, heard, read_whole, say, statuses

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
HERE: Final = DeclaredProxies((ip_network("127.0.0.0/8"),), speak_proxy=True)
CLOSING: Final = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


def second(command: int, family: int, told: bytes) -> bytes:
    return SIGNATURE + bytes([command, family]) + len(told).to_bytes(2, "big") + told


V4: Final = second(0x21, 0x11, bytes([192, 0, 2, 7, 10, 0, 0, 1, 0x1F, 0x90, 0, 80]))
V6: Final = second(
    0x21, 0x21, bytes.fromhex("20010db8" + "00" * 11 + "07") + b"\0" * 16 + b"\x1f\x90\0P" + b"tlv"
)


async def read_from(data: bytes) -> tuple[tuple[str, int] | None, bytes]:
    """Whom the header names, and what of these bytes was left unread."""
    place = 0

    async def read(count: int) -> bytes:
        nonlocal place
        if place + count > len(data):
            raise EOFError
        place += count
        return data[place - count : place]

    return await read_proxied(read), data[place:]


@pytest.mark.parametrize(
    ("header", "client"),
    [
        (b"PROXY TCP4 192.0.2.7 10.0.0.1 8080 80\r\n", ("192.0.2.7", 8080)),
        (b"PROXY TCP6 2001:db8::7 ::1 8080 80\r\n", ("2001:db8::7", 8080)),
        (b"PROXY UNKNOWN\r\n", None),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", None),
        (V4, ("192.0.2.7", 8080)),
        (V6, ("2001:db8::7", 8080)),
        (second(0x20, 0x00, b""), None),
        (second(0x21, 0x31, b"\0" * 216), None),
    ],
)
async def test_a_header_names_the_client_and_nothing_after_it_is_read(
    header: bytes, client: tuple[str, int] | None
) -> None:
    assert await read_from(header + b"GET") == (client, b"GET")


@pytest.mark.parametrize(
    "header",
    [
        CLOSING,
        b"PROXY TCP4 192.0.2.7 10.0.0.1 8080\r\n",
        b"PROXY TCP4 192.0.2.7 10.0.0.1 8080 80 9\r\n",
        b"PROXY TCP4 192.0.2.700 10.0.0.1 8080 80\r\n",
        b"PROXY TCP4 2001:db8::7 ::1 8080 80\r\n",
        b"PROXY TCP4 192.0.2.7 10.0.0.1 80800 80\r\n",
        b"PROXY TCP4 192.0.2.7 10.0.0.1 +808 80\r\n",
        b"PROXY TCP5 192.0.2.7 10.0.0.1 8080 80\r\n",
        b"PROXY TCP4 " + b"1" * 200,
        second(0x11, 0x11, b"\0" * 12),
        second(0x22, 0x11, b"\0" * 12),
        second(0x21, 0x11, b"\0" * 11),
        SIGNATURE + b"\x21\x11\xff\xff",
    ],
)
async def test_what_is_no_header_names_nobody(header: bytes) -> None:
    with pytest.raises(NotProxied):
        await read_from(header + b"\0" * 100)


@given(st.binary(max_size=300).map(lambda said: b"PROXY " + said) | st.binary(max_size=300))
def test_whatever_comes_first_is_read_to_its_end_or_refused(data: bytes) -> None:
    try:
        client, unread = asyncio.run(read_from(data))
    except (NotProxied, EOFError):
        return
    assert data.endswith(unread)
    assert len(unread) < len(data)
    assert client is None or ip_address(client[0])


async def whom(scope: Scope, receive: Receive, send: Send) -> None:
    await read_whole(receive)
    await say(send, str(scope["client"][0]).encode())


async def test_a_declared_proxy_says_for_whom_it_connects() -> None:
    async with door(whom, proxies=HERE) as served:
        assert (await served.sent(V4 + CLOSING)).endswith(b"192.0.2.7")
        assert (await served.sent(b"PROXY UNKNOWN\r\n" + CLOSING)).endswith(b"127.0.0.1")


async def test_a_declared_proxy_that_says_nothing_of_it_is_sent_away() -> None:
    async with door(whom, proxies=HERE, handshake_s=0.2) as served:
        assert await served.sent(CLOSING) == b""
        assert await served.sent(b"") == b""
        assert await served.sent(SIGNATURE[:9]) == b""


async def test_who_is_no_declared_proxy_speaks_for_nobody() -> None:
    elsewhere = DeclaredProxies((ip_network("192.0.2.0/24"),), speak_proxy=True)
    async with door(whom, proxies=elsewhere) as served:
        assert statuses(await served.sent(V4 + CLOSING)) == [400]
        assert (await served.sent(CLOSING)).endswith(b"127.0.0.1")


async def test_clients_of_a_proxy_are_bounded_each_by_their_own_address() -> None:
    async with door(whom, proxies=HERE, per_peer=1) as served, served.client() as (first, writer):
        writer.write(V4)
        async with served.client() as (second_client, other):
            other.write(b"PROXY TCP4 192.0.2.8 10.0.0.1 8080 80\r\n")
            assert statuses(await served.sent(V4 + CLOSING)) == [200]
            assert await heard(first) == b""
            other.write(CLOSING)
            assert statuses(await heard(second_client)) == [200]


@pytest.mark.parametrize(
    ("host", "peer"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("fe80::7%eth0", "fe80::/56"),
    ],
)
def test_one_customer_is_one_peer(host: str, peer: str) -> None:
    assert peer_of(host) == peer
