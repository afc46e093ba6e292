"""Which servers the address of a PostgreSQL names, and whether the way there is protected."""

from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.network.egress import HostPort
from adapters.network.near import is_here
from gateway.config.addresses.hosts import listed

_SCHEMES: Final = frozenset({"postgresql", "postgres"})
_PORT: Final = 5432
_WRITABLE: Final = frozenset({"read-write", "primary"})
_VERIFIED: Final = "verify-full"


def postgres_hosts(dsn: str) -> tuple[HostPort, ...]:
    """Host and port of each server, as asyncpg reads them; ValueError if it is no such address.

    Several stand in place of one, `postgresql://user@one,other:5433/log`, or in the query,
    `?host=one,other&port=5432,5433`, where a host may be the folder of a socket.
    """
    parts = urlsplit(dsn)
    if parts.scheme not in _SCHEMES:
        raise ValueError("it begins with postgresql://")
    places = unquote(parts.netloc.rpartition("@")[2])
    asked = parse_qs(parts.query)
    if places and "host" in asked:
        raise ValueError("it names hosts twice")
    if places:
        return listed(places, _PORT)
    hosts = asked.get("host", [""])[-1].split(",")
    ports = _ports(asked.get("port", [str(_PORT)])[-1].split(","), len(hosts))
    if not all(hosts):
        raise ValueError("it names no host")
    return tuple(zip(hosts, ports, strict=True))


def _ports(named: list[str], hosts: int) -> tuple[int, ...]:
    ports = tuple(map(int, named))
    return ports * hosts if len(ports) == 1 else ports


def demands_writable(dsn: str) -> bool:
    """Whether the address itself says that only a server that takes writes will do."""
    return _asked(dsn, "target_session_attrs") in _WRITABLE


def takes_any_server(dsn: str) -> bool:
    """Whether it asks for a server on which nothing can be written, or for any."""
    return _asked(dsn, "target_session_attrs") not in {None, *_WRITABLE}


def is_protected(dsn: str) -> bool:
    """Whether every server is this machine, or has to show a certificate of its own name."""
    try:
        near = all(host.startswith("/") or is_here(host) for host, _ in postgres_hosts(dsn))
    except ValueError:
        return False
    return near or _asked(dsn, "sslmode") == _VERIFIED


def _asked(dsn: str, name: str) -> str | None:
    return next(iter(parse_qs(urlsplit(dsn).query).get(name, ())), None)
