"""Whom a proxy of the operator's forwards a request for; nobody states from where they come."""

from pathlib import Path
from typing import Any

import pytest

from gateway.http.connections.peers import network_of
from tests.support.edge import Edge, edge


async def places(gateway: Edge, *forwarded: str) -> int:
    """From how many places refusals came, by the log: the first of each is an entry there."""
    gateway.town.pipeline.recorder.refusal_counter.each = 1
    for each in forwarded:
        headers: Any = {"authorization": "Bearer x", "X-Forwarded-For": each}
        said = await gateway.send(**headers)
        assert said.status == 401
    return sum(entry["kind"] == "AUTHENTICATION_FAILURE" for entry in gateway.entries)


@pytest.mark.parametrize(
    ("forwarded", "count"),
    [
        (["192.0.2.7", "192.0.2.8", "198.51.100.1"], 2),
        (["::ffff:192.0.2.7", "::ffff:198.51.100.1", "192.0.2.9"], 2),
        (["2001:db8:0:1::7", "2001:db8:0:2::7", "2001:db8:1::7"], 2),
        (["203.0.113.1, 192.0.2.7", "203.0.114.1, 192.0.2.7", "203.0.115.1,192.0.2.7"], 1),
        (["x", "192.0.2.7, y", "1" * 5000, "192.0.2.7/8"], 1),
    ],
    ids=["networks", "IPv4 in IPv6", "customers", "invented before the last", "no address"],
)
async def test_who_is_behind_the_operators_proxy_is_where_the_proxy_says(
    tmp_path: Path, forwarded: list[str], count: int
) -> None:
    async with edge(tmp_path, tls__ends_at_proxy=True) as gateway:
        assert await places(gateway, *forwarded) == count


async def test_without_such_a_proxy_nobody_is_believed_about_where_they_are(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        assert await places(gateway, "192.0.2.7", "198.51.100.1", "2001:db8::1") == 1


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("fe80::7%eth0", "fe80::/56"),
        ("a proxy's word", ""),
    ],
)
def test_one_who_changes_addresses_stays_where_they_were(host: str, network: str) -> None:
    assert network_of(host) == network
