"""When the certificates end that the gateway's own PostgreSQL and Valkey show, and their names."""

import ssl
from collections.abc import Iterator
from functools import partial
from typing import Final
from urllib.parse import parse_qs, urlsplit

from adapters.network.near import is_here
from adapters.network.trust import system_trust
from gateway.cli.checking.online.certificates import Believed
from gateway.cli.checking.online.shown import TlsPlace
from gateway.config.addresses.postgres import postgres_hosts
from gateway.config.addresses.valkey import ValkeyAddress
from gateway.config.settings import Settings

NamedPlace = tuple[str, TlsPlace, Believed]
_VERIFIED: Final = "verify-full"
_OF_CHAIN: Final = "verify-ca"


def store_places(settings: Settings) -> Iterator[NamedPlace]:
    """Each server that has to show a certificate, and by which authority it is believed."""
    dsn, valkey = settings.log.dsn, settings.replicas.valkey
    if dsn:
        yield from _of_postgres(dsn)
    if valkey:
        yield from _of_valkey(ValkeyAddress.read(valkey))


def _of_postgres(dsn: str) -> Iterator[NamedPlace]:
    """Every server of the address, the standbys too: one of them is next."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(dsn).query).items()}
    mode = asked.get("sslmode", "")
    hosts = [at for at in postgres_hosts(dsn) if not at[0].startswith("/")]
    for number, (host, port) in enumerate(hosts, start=1):
        if mode.startswith("verify-") or mode == "require" or not is_here(host):
            place = TlsPlace(host, port, postgres=True, of_several=len(hosts) > 1)
            believed = partial(_trusting, asked.get("sslrootcert"), mode)
            yield _numbered("certificate of log.dsn", number, len(hosts)), place, believed


def _of_valkey(address: ValkeyAddress) -> Iterator[NamedPlace]:
    """The Valkey, or its Sentinels: which server they name changes."""
    if not address.over_tls:
        return
    believed = partial(_trusting, address.asked.get("ssl_ca_certs"), _VERIFIED)
    for number, (host, port) in enumerate(address.hosts, start=1):
        part = _numbered("certificate of replicas.valkey", number, len(address.hosts))
        yield part, TlsPlace(host, port, of_several=len(address.hosts) > 1), believed


def _numbered(part: str, number: int, of: int) -> str:
    return part if of == 1 else f"{part}, server {number}"


def _trusting(authorities: str | None, mode: str) -> ssl.SSLContext:
    """What the driver believes by this mode; without verification, whatever is shown."""
    context = ssl.create_default_context(cafile=authorities) if authorities else system_trust()
    if mode == _VERIFIED:
        return context
    if mode != _OF_CHAIN:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if mode != _OF_CHAIN:
        context.verify_mode = ssl.CERT_NONE
    return context
