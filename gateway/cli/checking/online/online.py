"""All that a gateway of these settings needs of others and of its machine, looked at at once."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from adapters.network.http_client import open_client
from gateway.cli.checking.online.certificates import own_certificates
from gateway.cli.checking.online.clocks import SeenClocks
from gateway.cli.checking.online.findings import Finding, found_by
from gateway.cli.checking.online.machine import look_at_machine
from gateway.cli.checking.online.needed import NamedLook, Needed
from gateway.cli.checking.online.sources import (
    certificates_of,
    granted_sources,
    look_at_source,
    part_of,
)
from gateway.cli.checking.online.witnesses import quorum_found
from gateway.config.certificates.addresses import with_kept_files
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.http.client_certificate import open_tls
from gateway.model.clock import Clock

_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Waits:
    """How many seconds one look may take; sources are asked at their own pace."""

    service_s: float = 10.0
    source_s: float = 60.0


WAITS: Final = Waits()


async def look_online(settings: Settings, waits: Waits = WAITS) -> tuple[Finding, ...]:
    """Everything found; it takes as long as the two slowest looks. The files have no fault.

    Sources come after the services: replaying their examples keeps the processor, and would make
    a service look slow.
    """
    clock = Clock()
    certificates = Certificates(clock.now)
    with with_kept_files(settings, certificates) as kept:
        certificates.add(open_tls(kept.tls, kept.environment))
        async with open_client(_MOST_BYTES, timeout_s=waits.service_s) as session:
            clocks = SeenClocks(clock.now)
            clocks.heed(session)
            needed = Needed(kept, session, clocks, certificates, clock)
            services = await _all_found(needed.looks(), waits.service_s)
        here = await found_by("machine", partial(look_at_machine, kept), waits.service_s)
        quorum = quorum_found(kept.witnesses, services)
        own = own_certificates(certificates, clock.now())
        sources = await _all_found(_of_sources(kept), waits.source_s)
    return (*services, *quorum, clocks.finding(), *own, *here, *sources)


async def _all_found(looks: Iterable[NamedLook], within_s: float) -> tuple[Finding, ...]:
    found = await asyncio.gather(*(found_by(part, look, within_s) for part, look in looks))
    return tuple(chain.from_iterable(found))


def _of_sources(settings: Settings) -> Iterable[NamedLook]:
    held = granted_sources(settings)
    levels = [(part_of(each), partial(look_at_source, each, settings)) for each in held]
    return [*levels, *(certificates_of(each, settings) for each in held)]
