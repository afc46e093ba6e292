"""A listed name that leads to an address which the operator did not mean is not followed."""

import socket
from contextlib import suppress
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.network.cause import NetworkNotListed
from adapters.network.egress import Egress
from adapters.network.name_lookup import NameLookup


class GuardedResolver(AbstractResolver):
    """Names become addresses, each held against `egress` at every connection.

    So a name that its owner points elsewhere later, at this machine, a private network or a cloud's
    metadata, opens no connection.
    """

    def __init__(self, egress: Egress, inner: AbstractResolver | None = None) -> None:
        self._egress = egress
        self._inner = NameLookup() if inner is None else inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`; OSError unless every one of them may be called."""
        found = await self._inner.resolve(host, port, family)
        if not all(self._egress.reaches(one["host"]) for one in found):
            raise NetworkNotListed("the name leads to an address that is not listed")
        if {one["host"] for one in found} & await self._own(port, family):
            raise NetworkNotListed("the name leads to a store of the gateway's own")
        return found

    async def _own(self, port: int, family: socket.AddressFamily) -> set[str]:
        addresses: set[str] = set()
        for own in self._egress.own_at(port):
            with suppress(OSError):  # a store that has no address is nobody's
                addresses |= {one["host"] for one in await self._found(own, port, family)}
        return addresses

    async def _found(
        self, host: str, port: int, family: socket.AddressFamily
    ) -> list[ResolveResult]:
        try:
            ip_address(host)
        except ValueError:
            return await self._inner.resolve(host, port, family)
        return [ResolveResult(hostname=host, host=host, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Close what resolves."""
        await self._inner.close()


async def address_of(host: str, port: int, egress: Egress) -> str:
    """One address of `host` to connect to; OSError if any of them may not be called.

    An address stands for itself: that it was listed has been checked.
    """
    try:
        return str(ip_address(host))
    except ValueError:
        found = await GuardedResolver(egress).resolve(host, port, socket.AF_UNSPEC)
        return found[0]["host"]
