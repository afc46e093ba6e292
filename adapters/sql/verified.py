"""TLS to an agency's PostgreSQL: its certificate has to be of the name that the dsn says."""

import ssl
from typing import Any

import asyncpg

from adapters.manifest.auth import Secret
from adapters.network.egress import Egress
from adapters.network.near import is_here
from adapters.network.secrets import SecretMissing, SecretTexts
from adapters.network.trust import system_trust


class _OfName(ssl.SSLContext):
    """Has `trust` check a name, though the connection is made to an address that it stands for."""

    trust: ssl.SSLContext
    name: str

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - as in the standard library
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """The TLS of one connection."""
        del server_hostname
        return self.trust.wrap_bio(incoming, outgoing, server_side, self.name, session)


def demanded_tls(
    host: str | None, egress: Egress, authority: Secret | None, secrets: SecretTexts
) -> ssl.SSLContext | None:
    """What a connection to `host` has to be secured by; None where it needs nothing.

    A file, which has no host, needs nothing, nor does this machine, nor a way that the operator
    says to protect. `authority` is the agency's own. SecretMissing if it is none.
    """
    if host is None or (authority is None and (egress.tunnelled or is_here(host))):
        return None
    if authority is None:
        return verified_as(host)
    try:
        return verified_as(host, secrets.text(authority))
    except (ssl.SSLError, ValueError):
        place = authority.env or authority.file
        raise SecretMissing(f"{place} is not a certificate in PEM") from None


def verified_as(host: str, authority: str | None = None) -> ssl.SSLContext:
    """TLS whose certificate is of `host`, by this authority in PEM, else by one of the system's."""
    context = _OfName(ssl.PROTOCOL_TLS_CLIENT)
    context.name = host
    context.trust = ssl.create_default_context(cadata=authority) if authority else system_trust()
    return context


async def over_tls(tls: ssl.SSLContext | None, **given: Any) -> Any:
    """A connection as `tls` demands; without it TLS is taken where it is offered, unverified."""
    if tls is None:
        return await asyncpg.connect(**given)
    try:
        return await asyncpg.connect(**given, ssl=tls)
    except ConnectionError as error:
        if type(error) is ConnectionError:  # asyncpg's own, where the server has no TLS
            raise ssl.SSLError("the server speaks no TLS") from error
        raise
