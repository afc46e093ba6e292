"""Connections to the Valkey of the counts: at its own address, or where its Sentinels say."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from valkey.asyncio import Connection, Sentinel, SSLConnection, Valkey
from valkey.asyncio.sentinel import SentinelManagedConnection

from gateway.config.addresses.valkey import ValkeyAddress
from gateway.model.errors import ConfigurationInvalid

PATIENCE_S: Final = 1.0
CONNECTIONS: Final = 32  # they share one thread of the Valkey, so that more are no faster
_BOUNDS: Final[dict[str, Any]] = {
    "socket_timeout": PATIENCE_S,
    "socket_connect_timeout": PATIENCE_S,
}
_TLS: Final = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_password"})
_LOGIN: Final = {"sentinel_username": "username", "sentinel_password": "password"}


@asynccontextmanager
async def open_valkey(url: str) -> AsyncIterator[Valkey]:
    """A client that connects once it is used; ConfigurationInvalid if the address is none."""
    try:
        address = ValkeyAddress.read(url)
        opened = _by_sentinels(address) if address.service else [_at(address)]
    except (ValueError, TypeError):
        raise ConfigurationInvalid("replicas.valkey: is no address of a Valkey") from None
    async with AsyncExitStack() as stack:
        for each in opened:
            await stack.enter_async_context(each)
        yield opened[0]


def _at(address: ValkeyAddress) -> Valkey:
    named = {"ssl_check_hostname": True} if address.over_tls else {}
    valkey: Valkey = Valkey.from_url(address.url, **named, **_BOUNDS, max_connections=CONNECTIONS)
    if address.over_tls:
        valkey.connection_pool.connection_class = _RenewedTls
    return valkey


def _by_sentinels(address: ValkeyAddress) -> list[Valkey]:
    """The Valkey of the moment, and the clients that ask its Sentinels for it."""
    if unknown := address.asked.keys() - _TLS - _LOGIN.keys():
        raise ValueError(f"the address asks for {min(unknown)}")
    login = {_LOGIN[name]: value for name, value in address.asked.items() if name in _LOGIN}
    given = {name: address.asked[name] for name in _TLS & address.asked.keys()}
    tls = {**given, "ssl_check_hostname": True} if address.over_tls else {}
    asked = {**_BOUNDS, **tls, **login, "ssl": address.over_tls}
    sentinels: Any = Sentinel(address.hosts, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
    if address.over_tls:
        for each in sentinels.sentinels:
            each.connection_pool.connection_class = _RenewedTls
    named = {"username": address.user, "password": address.password, "db": address.database}
    found = sentinels.master_for(
        address.service,
        connection_class=_SecuredConnection if address.over_tls else _Connection,
        max_connections=CONNECTIONS,
        **{**_BOUNDS, **tls, **named},
    )
    return [found, *sentinels.sentinels]


class _RenewedTls(SSLConnection):
    """A connection that reads the files of its address each time that it is made anew."""

    async def connect(self) -> None:
        """Connect, unless it is."""
        if not self.is_connected:
            self.ssl_context.context = None
        await super().connect()  # type: ignore[no-untyped-call]


class _Connection(SentinelManagedConnection):
    """Says of a replica in its primary's place that it is one, as a connection by address does."""

    read_response = Connection.read_response  # type: ignore[assignment]


class _SecuredConnection(_Connection, _RenewedTls):
    """The same over TLS."""
