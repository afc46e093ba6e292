"""From where a connection comes: the customer of a network, or a proxy of the operator's."""

import socket
import struct
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

ClientAddress = tuple[str, int]
_PROVIDER: Final = 24  # bits of IPv4 behind which one person's address may change
_CUSTOMER: Final = 56  # bits of IPv6 that one customer of a provider has, as RFC 6177 expects
_CREDENTIALS: Final = struct.Struct("3i")  # pid, uid, gid: unix(7)


@dataclass(frozen=True, slots=True)
class DeclaredProxies:
    """The operator's proxies; with `speak_proxy` each connection of theirs says whom it is for."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    speak_proxy: bool = False

    def has(self, host: str) -> bool:
        """Whether a proxy is at this address."""
        try:
            address = _plain(host)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


NO_PROXIES: Final = DeclaredProxies()


def client_of(address: Any) -> ClientAddress | None:
    """Host and port of an accepted socket's address; None at a Unix socket."""
    return (str(address[0]), int(address[1])) if isinstance(address, tuple) else None


def peer_of(host: str) -> str:
    """What is bounded as one: an address, or the network of a customer in IPv6."""
    try:
        address = _plain(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _CUSTOMER), strict=False))
    return str(address)


@lru_cache(maxsize=1024)
def network_of(host: str) -> str:
    """Where somebody is who may change addresses at will: a /24, or a /56 in IPv6; "" of none."""
    try:
        address = _plain(host)
    except ValueError:
        return ""
    wide = _PROVIDER if isinstance(address, IPv4Address) else _CUSTOMER
    return str(ip_network((address, wide), strict=False))


def account_of(accepted: socket.socket) -> str:
    """The account of the process at the other end of a Unix socket, where the system says."""
    option = getattr(socket, "SO_PEERCRED", None)  # Linux
    if option is None:
        return "some account"
    told = accepted.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    return f"account {_CREDENTIALS.unpack(told)[1]}"


def _plain(host: str) -> Any:
    """The address; of an IPv4 client at an IPv6 socket, the one that it has itself."""
    address = ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
