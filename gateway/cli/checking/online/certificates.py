"""When certificates end: those that the gateway shows, and those that others show it."""

import ssl
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from gateway.cli.checking.online.findings import Finding, FindingState
from gateway.cli.checking.online.shown import PlaceAway, TlsPlace, shown_until
from gateway.config.certificates.renewal import Certificates

_SOON: Final = timedelta(days=30)
_HTTPS_PORT: Final = 443
_RENEW: Final = "tell its operator"
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
    at = TlsPlace(str(place.hostname), place.port or _HTTPS_PORT)
    return await look_at_place(part, at, believed, now)


async def look_at_place(
    part: str, place: TlsPlace, believed: Believed, now: datetime
) -> Iterable[Finding]:
    """The same of a place that no URL names."""
    try:
        return [ending(part, await shown_until(place, believed(), _RENEW), now, _RENEW)]
    except PlaceAway as away:
        if not place.of_several:
            raise
        return [Finding(part, FindingState.WARNING, str(away))]


def ending(part: str, ends: datetime, now: datetime, to_do: str) -> Finding:
    """A warning from 30 days before the end."""
    days = (ends - now) // timedelta(days=1)
    if ends <= now:
        return Finding(part, FindingState.WRONG, f"has ended: {to_do}")
    if ends - now < _SOON:
        return Finding(part, FindingState.WARNING, f"ends in {days} days: {to_do}")
    return Finding(part, FindingState.OK, f"ends in {days} days")
