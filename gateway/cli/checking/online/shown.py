"""When the certificate ends that a server shows; nothing is sent to it but what asks for TLS."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from gateway.cli.checking.online.findings import LookFailed

_SSL_REQUEST: Final = bytes.fromhex("0000000804d2162f")  # PostgreSQL's protocol, message formats
_TAKEN: Final = b"S"
_OF_ANOTHER_NAME: Final = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, ..._IP_ADDRESS_...
_REASONS: Final = frozenset(
    {
        "certificate has expired",
        "certificate is not yet valid",
        "self-signed certificate",
        "unable to get local issuer certificate",
    }
)


class PlaceAway(LookFailed):
    """Nothing answers there now."""


@dataclass(frozen=True, slots=True)
class TlsPlace:
    """A certificate of `name` is due at `port`; `address` is where to connect, if not the name.

    PostgreSQL is asked for TLS first. One `of_several` may be away, as another takes its place.
    """

    name: str
    port: int
    address: str = ""
    postgres: bool = False
    of_several: bool = False


async def shown_until(place: TlsPlace, trust: ssl.SSLContext, renew: str) -> datetime:
    """When it ends; LookFailed says why none is believed, and has `renew` for what to do.

    PlaceAway, which is one, where nothing answers.
    """
    try:
        return await _shown_until(place, trust)
    except ssl.SSLCertVerificationError as error:
        raise LookFailed(f"its certificate is not believed ({_why(error)}): {renew}") from None
    except (ConnectionRefusedError, TimeoutError) as error:
        raise PlaceAway(f"cannot be reached ({type(error).__name__}): {renew}") from None
    except (OSError, asyncio.IncompleteReadError) as error:
        raise LookFailed(f"shows no certificate ({type(error).__name__}): {renew}") from None


def _why(error: ssl.SSLCertVerificationError) -> str:
    """The reason, without a name of a host."""
    if error.verify_code in _OF_ANOTHER_NAME:
        return "it is for another name"
    why = error.verify_message.partition(",")[0]
    return why if why in _REASONS else "another authority"


async def _shown_until(place: TlsPlace, trust: ssl.SSLContext) -> datetime:
    host = place.address or place.name
    if place.postgres:
        reader, writer = await asyncio.open_connection(host, place.port)
    else:
        reader, writer = await asyncio.open_connection(
            host, place.port, ssl=trust, server_hostname=place.name
        )
    try:
        if place.postgres:
            await _ask_for_tls(reader, writer, trust, place.name)
        return _end_of(writer)
    finally:
        writer.close()
        with suppress(OSError):  # how it ends is no matter
            await writer.wait_closed()


async def _ask_for_tls(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trust: ssl.SSLContext, name: str
) -> None:
    writer.write(_SSL_REQUEST)
    if await reader.readexactly(1) != _TAKEN:
        raise ssl.SSLError("the server speaks no TLS")
    await writer.start_tls(trust, server_hostname=name)


def _end_of(writer: asyncio.StreamWriter) -> datetime:
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(shown).not_valid_after_utc
