"""Where a source may connect to: only what the operator listed for it, refused before it opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from adapters.network.near import is_here

Network = IPv4Network | IPv6Network
HostPort = tuple[str, int]
IpAddress = IPv4Address | IPv6Address

# Where clouds tell a machine its own secrets, apart from link-local addresses.
_METADATA: Final = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
_NO_NETWORK: Final = (
    'a private network is like "10.20.0.0/16", its host bits 0; a public address needs no entry'
)
_SHARED: Final = IPv4Network("100.64.0.0/10")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_PORTS: Final = {"http": 80, "https": 443, "postgresql": 5432, "sftp": 22}


class EgressRefused(Exception):
    """The manifest names a place that the operator did not list for it."""


@dataclass(frozen=True, slots=True)
class Egress:
    """Origins: "https://host", "sftp://host", "postgresql://host:5433", "sqlite:////path/file.db".

    A folder of files is an origin too: "file:///folder". `networks` are private ones that listed
    names may lead into, "10.1.0.0/16"; an address that is listed by itself needs none. `own` are
    hosts and ports of the gateway's own stores, into which no listed name may lead. `tunnelled`
    says that the operator protects the way there, so that it needs no TLS.
    """

    origins: frozenset[str]
    networks: tuple[Network, ...] = ()
    own: frozenset[HostPort] = frozenset()
    tunnelled: bool = False

    @classmethod
    def of(
        cls, listed: Iterable[str], own: Iterable[HostPort] = (), *, tunnelled: bool = False
    ) -> Self:
        """The operator's list for one source; ValueError if an entry is no origin or network."""
        entries = list(listed)
        networks = tuple(private_network(entry) for entry in entries if "://" not in entry)
        origins = frozenset(origin(entry) for entry in entries if "://" in entry)
        return cls(origins, networks, frozenset(own), tunnelled)

    def check(self, address: str, what: str) -> None:
        """EgressRefused unless the origin of `address` is listed; `what` names it in words."""
        try:
            known = origin(address) in self.origins
        except ValueError:
            known = False
        if not known or _link_local(urlsplit(address).hostname or ""):
            raise EgressRefused(
                f"{what} is not among the origins listed for this source; the operator lists it"
                f" in [[grant]], as `teamaround source grant` prints it"
            )
        if not self.tunnelled and _in_the_clear(address):
            raise EgressRefused(
                f"{what} leads to another machine without encryption; write https://, or have the"
                " operator say tunnelled = true in its [[grant]]"
            )

    def reaches(self, address: str) -> bool:
        """Whether a listed name may lead to this IP address: a public one, or one of `networks`."""
        try:
            ip = _plain(ip_address(address.partition("%")[0]))
        except ValueError:
            return False
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
            return False  # link-local is where clouds keep their metadata; nobody's to list
        if ip in _METADATA:
            return any(ip in network and network.num_addresses == 1 for network in self.networks)
        if ip.is_loopback:
            # A wide network must not let a name lead to whatever runs on this machine.
            return any(ip in network and network.is_loopback for network in self.networks)
        return ip.is_global or any(ip in network for network in self.networks)

    def own_at(self, port: int) -> tuple[str, ...]:
        """The gateway's own hosts at `port`, but for those that are listed for this source."""
        return tuple(
            own
            for own, at in self.own
            if at == port and not any(one.endswith(f"//{own}:{at}") for one in self.origins)
        )


def private_network(entry: str) -> Network:
    """A network as the operator lists it; ValueError says what to write instead."""
    try:
        network = ip_network(entry)
    except ValueError:
        raise ValueError(_NO_NETWORK) from None
    if not (network.is_private or network.is_link_local or _is_shared(network)):
        raise ValueError(_NO_NETWORK)
    return network


def _is_shared(network: Network) -> bool:
    return isinstance(network, IPv4Network) and network.subnet_of(_SHARED)


def _in_the_clear(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme.lower() == "http" and not is_here(parts.hostname or "")


def _link_local(host: str) -> bool:
    try:
        return _plain(ip_address(host)).is_link_local
    except ValueError:
        return False


def _plain(ip: IpAddress) -> IpAddress:
    # ::ffff:169.254.169.254 and 64:ff9b::a9fe:a9fe are the same place in other clothes.
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
        return ip.ipv4_mapped or ip.sixtofour or ip
    return ip


def origin(address: str) -> str:
    """Scheme, host and port of an address, or the file of an SQLite one; ValueError if none."""
    parts = urlsplit(address)
    scheme = parts.scheme.lower().partition("+")[0]
    if scheme == "sqlite":
        # SQLAlchemy's form: three slashes and a relative path, or four for an absolute one.
        return f"sqlite:///{Path(unquote(parts.path).removeprefix('/')).resolve()}"
    if scheme == "file":
        return f"file://{Path(unquote(parts.path)).resolve()}"
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError("an origin is like https://host, postgresql://host or sqlite:////file")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{scheme}://{host}:{parts.port or _PORTS[scheme]}"
