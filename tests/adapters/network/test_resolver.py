"""A name that is listed leads only where the operator meant it to, at every connection."""

import aiohttp
import pytest
from aiohttp import web

from adapters.network.egress import Egress, EgressRefused
from adapters.network.resolver import GuardedResolver, address_of
from tests.support.adapters.asking import resolves_names
from tests.support.adapters.names import Names
from tests.support.loopback import serving


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - an address that nobody may call
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.5",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "nonsense",
    ],
)
def test_a_private_or_local_address_is_nobodys_to_reach(address: str) -> None:
    assert not Egress.of(["https://roll.example"]).reaches(address)


def test_a_private_network_is_reached_only_where_the_operator_listed_it() -> None:
    egress = Egress.of(["https://roll.example", "10.1.0.0/16", "169.254.0.0/16"])
    assert egress.reaches("10.1.2.3")
    assert egress.reaches("::ffff:10.1.2.3")
    assert egress.reaches("1.1.1.1")
    assert not egress.reaches("10.2.0.1")
    assert not egress.reaches("169.254.169.254")


def test_a_link_local_address_is_refused_even_where_it_is_listed() -> None:
    with pytest.raises(EgressRefused):
        Egress.of(["http://169.254.169.254"]).check("http://169.254.169.254/x", "source.base_url")


async def asked(address: str, listed: list[str]) -> int:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response()

    async with serving(handler) as base:
        port = base.rpartition(":")[2]
        names = Names({"roll.example": [address]})
        resolver = GuardedResolver(Egress.of(listed), names)
        connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.get(f"http://roll.example:{port}/") as response,
        ):
            return response.status


async def test_a_name_that_was_pointed_at_this_machine_opens_no_connection() -> None:
    with pytest.raises(aiohttp.ClientConnectorError):
        await asked("127.0.0.1", ["http://roll.example"])


async def test_a_name_in_a_listed_network_is_called() -> None:
    assert await asked("127.0.0.1", ["http://roll.example", "127.0.0.0/8"]) == 200


@resolves_names
async def test_an_sftp_servers_name_is_held_to_the_same_rule() -> None:
    with pytest.raises(OSError, match="an address that is not listed"):
        await address_of("localhost", 22, Egress.of(["sftp://localhost"]))
    assert await address_of("127.0.0.1", 22, Egress.of([])) == "127.0.0.1"
