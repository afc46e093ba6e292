"""When certificates end: those that the gateway shows, and those that others show it."""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.config.certificates.renewal import Certificates

_SOON: Final = timedelta(days=30)
_HTTPS_PORT: Final = 443
_RENEW: Final = "tell its operator"
_REASONS: Final = frozenset(
    {
        "certificate has expired",
        "certificate is not yet valid",
        "self-signed certificate",
        "unable to get local issuer certificate",
    }
)
Believed = Callable[[], ssl.SSLContext]


def own_certificates(certificates: Certificates, now: datetime) -> Iterator[Finding]:
    """Those that we show: to clients, stores and agencies."""
    for name, valid in sorted(certificates.own().items()):
        if valid.begins > now:
            what = "its certificate has not begun: take one of now, or see the clock"
            yield Finding(f"certificate {name}", FindingState.WRONG, what)
        else:
            yield ending(f"certificate {name}", valid.ends, now, "renew it and reload")


async def look_at_shown(
    part: str, url: str, believed: Believed, now: datetime
) -> Iterable[Finding]:
    """When the certificate ends that a service shows; nothing is sent to it.

    LookFailed if nothing is shown that can be believed.
    """
    place = urlsplit(url)
    try:
        ends = await _shown_until(str(place.hostname), place.port or _HTTPS_PORT, believed())
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message.partition(",")[0]
        raise LookFailed(f"its certificate is not believed ({_known(why)}): {_RENEW}") from None
    except OSError as error:
        raise LookFailed(f"shows no certificate ({type(error).__name__}): {_RENEW}") from None
    return [ending(part, ends, now, _RENEW)]


def ending(part: str, ends: datetime, now: datetime, to_do: str) -> Finding:
    """A warning from 30 days before the end."""
    days = (ends - now) // timedelta(days=1)
    if ends <= now:
        return Finding(part, FindingState.WRONG, f"has ended: {to_do}")
    if ends - now < _SOON:
        return Finding(part, FindingState.WARNING, f"ends in {days} days: {to_do}")
    return Finding(part, FindingState.OK, f"ends in {days} days")


def _known(why: str) -> str:
    """The reason, unless it has a name of a host in it."""
    return why if why in _REASONS else "another name, or another authority"


async def _shown_until(host: str, port: int, context: ssl.SSLContext) -> datetime:
    _, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        shown = writer.get_extra_info("peercert")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
    finally:
        writer.close()
        with suppress(OSError):  # how it ends is no matter
            await writer.wait_closed()
