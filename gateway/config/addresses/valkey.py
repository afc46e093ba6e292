"""Which Valkey, or which Sentinels that know it, an address names."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.network.egress import HostPort
from adapters.network.near import is_here
from gateway.config.addresses.hosts import listed

_PORT: Final = 6379
_SENTINEL_PORT: Final = 26379
_CLEAR: Final = frozenset({"valkey", "redis"})
_OVER_TLS: Final = frozenset({"valkeys", "rediss"})
_SENTINEL: Final = "+sentinel"
_UNVERIFIED: Final = frozenset({"ssl_cert_reqs", "ssl_check_hostname"})


@dataclass(frozen=True, slots=True)
class ValkeyAddress:
    """An address taken apart; `hosts` are the Valkey's, or its Sentinels' where it has a `service`.

    `hosts` is empty for a socket. `asked` is the query, each name once.
    """

    url: str
    hosts: tuple[HostPort, ...]
    over_tls: bool
    asked: dict[str, str]
    service: str = ""
    database: int = 0
    user: str | None = None
    password: str | None = None

    @classmethod
    def read(cls, url: str) -> Self:
        """ValueError unless it is `valkey://host`, `valkeys://`, `unix://` or one of Sentinels.

        `valkey+sentinel://user:password@one:26379,other:26379/service/0`: user and password are
        the Valkey's; those of the Sentinels are `sentinel_username` and `sentinel_password` in the
        query.
        """
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        scheme = parts.scheme.removesuffix(_SENTINEL)
        if parts.scheme == "unix" and parts.path:
            return cls(url, (), over_tls=False, asked=asked)
        if scheme not in _CLEAR | _OVER_TLS:
            raise ValueError("it begins with valkey://, valkeys:// or unix://")
        login, _, places = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        several = parts.scheme.endswith(_SENTINEL)
        hosts = listed(places, _SENTINEL_PORT if several else _PORT)
        if not several and len(hosts) > 1:
            raise ValueError("it names several hosts, and no Sentinels")
        service, _, database = parts.path.strip("/").partition("/") if several else ("", "", "")
        if several and not service:
            raise ValueError("it does not name the service that the Sentinels watch")
        return cls(
            url,
            hosts,
            over_tls=scheme in _OVER_TLS,
            asked=asked,
            service=unquote(service),
            database=int(database or 0),
            user=unquote(user) or None,
            password=unquote(password) or None,
        )

    @property
    def is_protected(self) -> bool:
        """Whether what goes there stays on this machine, or goes over TLS with its name verified.

        Sentinels on this machine may name a Valkey on another one.
        """
        near = not self.service and all(is_here(host) for host, _ in self.hosts)
        return near or (self.over_tls and not _UNVERIFIED & self.asked.keys())
