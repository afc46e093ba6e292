"""A network that is listed lets names of the agency in, and nothing of the gateway's own."""

import socket
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.network.cause import NetworkNotListed
from adapters.network.egress import Egress, private_network
from adapters.network.resolver import GuardedResolver
from tests.support.adapters.names import Names

NAMES = Names(
    {
        "housing.example": ["10.20.0.7"],
        "log.example": ["10.20.0.7"],
        "two.example": ["10.20.0.7", "10.30.0.7"],
    }
)
OWN = (("log.example", 5432), ("10.20.0.9", 6379))


async def address(host: str, port: int, *listed: str) -> str:
    resolver = GuardedResolver(Egress.of(listed, OWN), NAMES)
    return (await resolver.resolve(host, port, socket.AF_INET))[0]["host"]


async def test_a_name_leads_into_a_network_that_is_listed_beside_it() -> None:
    listed = ("https://housing.example", "10.20.0.0/16")
    assert await address("housing.example", 443, *listed) == "10.20.0.7"


@pytest.mark.parametrize("listed", [(), ("10.30.0.0/16",), ("10.20.0.8/32",)])
async def test_a_name_leads_into_no_other_private_network(listed: tuple[str, ...]) -> None:
    with pytest.raises(NetworkNotListed):
        await address("housing.example", 443, "https://housing.example", *listed)


async def test_every_address_of_a_name_must_be_in_a_listed_network() -> None:
    with pytest.raises(NetworkNotListed):
        await address("two.example", 443, "https://two.example", "10.20.0.0/16")


async def test_a_name_never_leads_to_a_store_of_the_gateways_own() -> None:
    listed = ("postgresql://housing.example", "10.20.0.0/16")
    with pytest.raises(NetworkNotListed):
        await address("housing.example", 5432, *listed)
    assert await address("housing.example", 5433, *listed) == "10.20.0.7"


async def test_a_store_that_the_operator_lists_by_its_own_address_may_be_read() -> None:
    listed = ("postgresql://log.example", "10.20.0.0/16")
    assert await address("log.example", 5432, *listed) == "10.20.0.7"


def test_a_wide_network_lets_no_name_lead_to_this_machine() -> None:
    assert not Egress.of(["10.0.0.0/8", "fc00::/7"]).reaches("127.0.0.1")
    assert Egress.of(["127.0.0.0/8"]).reaches("127.0.0.1")
    assert not Egress.of(["127.0.0.0/8"]).reaches("::1")


@pytest.mark.parametrize(
    ("address", "wide"),
    [
        ("100.100.100.200", "100.64.0.0/10"),
        ("fd00:ec2::254", "fd00::/8"),
    ],
)
def test_a_clouds_metadata_is_reached_only_where_it_is_listed_alone(
    address: str, wide: str
) -> None:
    assert not Egress.of(["https://roll.example", wide]).reaches(address)
    assert Egress.of(["https://roll.example", str(ip_network(address))]).reaches(address)


def test_metadata_at_a_public_address_is_nobodys_to_reach() -> None:
    assert not Egress.of(["https://roll.example"]).reaches("168.63.129.16")


@given(st.ip_addresses(v=4).filter(lambda one: one.is_global), st.integers(0, 32))
def test_no_public_network_is_taken_for_a_private_one(one: object, length: int) -> None:
    network = ip_network(f"{one}/{length}", strict=False)
    if network.is_global or length == 0:
        with pytest.raises(ValueError, match="a private network is like"):
            private_network(str(network))


@pytest.mark.parametrize("entry", ["10.20.0.7/16", "housing.example", "10.20", "0.0.0.0/0", ""])
def test_what_is_no_private_network_says_how_one_is_written(entry: str) -> None:
    with pytest.raises(ValueError, match=r'"10\.20\.0\.0/16"'):
        private_network(entry)
