"""When the certificates end that agencies' systems show, and whether they are of their names."""

import socket
import ssl
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from adapters.manifest.manifest import Manifest
from adapters.network.client_certificate import client_context
from adapters.network.egress import Egress, EgressRefused
from adapters.network.resolver import GuardedResolver
from adapters.network.secrets import SecretMissing, Secrets
from adapters.network.trust import system_trust
from gateway.cli.checking.online.certificates import ending
from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.cli.checking.online.shown import PlaceAway, TlsPlace, shown_until

_RENEW: Final = "tell the agency"
_PORTS: Final = {"https": 443, "postgresql": 5432}


async def look_at_agency(
    part: str, manifest: Manifest, secrets: Secrets, egress: Egress, now: datetime
) -> Iterable[Finding]:
    """When each ends; LookFailed if one is not believed, or the place may not be called.

    A handshake asks about nobody, so this is done for every source, whatever effects it has.
    """
    try:
        places = list(_places(manifest, secrets))
    except SecretMissing:
        return []  # which the look at the source tells
    return [await _looked(part, place, trust, egress, now) for place, trust in places]


async def _looked(
    part: str, url: str, trust: ssl.SSLContext, egress: Egress, now: datetime
) -> Finding:
    parts = urlsplit(url)
    name, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    try:
        egress.check(url, "its place")
        address = name if _is_address(name) else await _resolved(name, port, egress)
    except socket.gaierror:
        what = f"its name leads nowhere: {_RENEW}, or see your name servers"
        return Finding(part, FindingState.WARNING, what)
    except (EgressRefused, OSError) as error:
        raise LookFailed(f"may not be called ({type(error).__name__}): see its [[grant]]") from None
    place = TlsPlace(name, port, address, postgres=parts.scheme == "postgresql")
    try:
        return ending(part, await shown_until(place, trust, _RENEW), now, _RENEW)
    except PlaceAway as away:  # which costs its own row alone
        return Finding(part, FindingState.WARNING, str(away))


def _is_address(name: str) -> bool:
    """Whether it needs no network of its own: it is listed itself, and leads nowhere else."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


async def _resolved(name: str, port: int, egress: Egress) -> str:
    found = await GuardedResolver(egress).resolve(name, port)
    return found[0]["host"]


def _places(manifest: Manifest, secrets: Secrets) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Each place over TLS that the source calls, once, with what believes it."""
    urls = (manifest.source.base_url, getattr(manifest.auth, "token_url", None))
    origins = {urlsplit(url).netloc: url for url in urls if url and url.startswith("https://")}
    for url in origins.values():
        yield url, client_context(manifest.auth, secrets) or system_trust()
    if manifest.source.dsn is not None and manifest.source.authority is not None:
        authority = secrets.text(manifest.source.authority)
        scheme, _, rest = secrets.text(manifest.source.dsn).partition("://")
        if scheme.partition("+")[0] == "postgresql":
            yield f"postgresql://{rest}", ssl.create_default_context(cadata=authority)
