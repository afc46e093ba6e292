"""Which services a gateway of these settings needs, and the look at each."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import aiohttp

from adapters.network.trust import system_trust
from gateway.audit.keys.service.client import KeyAccess
from gateway.audit.opening import named_witnesses
from gateway.cli.checking.online import issuers, keys, witnesses
from gateway.cli.checking.online.certificates import Believed, look_at_place, look_at_shown
from gateway.cli.checking.online.clocks import SeenClocks
from gateway.cli.checking.online.collector import PART, look_at_collector
from gateway.cli.checking.online.findings import LookAtPart
from gateway.cli.checking.online.store_certificates import store_places
from gateway.cli.checking.online.stores import look_at_counts, look_at_log
from gateway.config.certificates.renewal import Certificates
from gateway.config.operator_file import read_operator_file
from gateway.config.settings import Settings
from gateway.http.collector.access import collector_access
from gateway.identity.issuers import issuers_of
from gateway.identity.sign_in import believed
from gateway.model.clock import Clock

NamedLook = tuple[str, LookAtPart]


@dataclass(frozen=True, slots=True)
class Needed:
    """The services, and what the looks at them share."""

    settings: Settings
    session: aiohttp.ClientSession
    clocks: SeenClocks
    certificates: Certificates
    clock: Clock

    def looks(self) -> Iterator[NamedLook]:
        """Every look at a service, and at the certificate that it shows."""
        yield from self._stores()
        yield from self._keys()
        yield from self._witnesses()
        yield from self._issuers()
        yield from self._collector()
        yield from self._shown()

    def _collector(self) -> Iterator[NamedLook]:
        if self.settings.collector.url:
            access = collector_access(self.settings.collector, self.certificates)
            yield PART, partial(look_at_collector, access, self.session)

    def _stores(self) -> Iterator[NamedLook]:
        dsn, valkey = self.settings.log.dsn, self.settings.replicas.valkey
        if dsn:
            yield "log.dsn", partial(look_at_log, dsn, self.clocks)
        if valkey:
            yield "replicas.valkey", partial(look_at_counts, valkey)

    def _keys(self) -> Iterator[NamedLook]:
        for part, place in keys.named_services(self.settings):
            yield part, partial(keys.look_at_keys, part, place, self.settings)
        if self.settings.environment == "production":
            yield "keys.service", partial(keys.refuse_unsigned, self.settings)

    def _witnesses(self) -> Iterator[NamedLook]:
        origin = read_operator_file(self.settings.files.operator).log_origin
        alarm_after_s = self.settings.witnesses.alarm_after
        for each in named_witnesses(self.settings.witnesses):
            asked = (each, self.session, origin, self.clock.now(), alarm_after_s)
            yield witnesses.part_of(each), partial(witnesses.look_at_witness, *asked)

    def _issuers(self) -> Iterator[NamedLook]:
        for each in issuers_of(self.settings):
            asked = (each, self.settings, self.session, self.certificates)
            yield issuers.part_of(each), partial(issuers.look_at_issuer, *asked)

    def _shown(self) -> Iterator[NamedLook]:
        for part, url, trust in self._served():
            if url.startswith("https://"):
                name = f"certificate of {part}"
                yield name, partial(look_at_shown, name, url, trust, self.clock.now())
        for name, place, trust in store_places(self.settings):
            yield name, partial(look_at_place, name, place, trust, self.clock.now())

    def _served(self) -> Iterator[tuple[str, str, Believed]]:
        for witness in named_witnesses(self.settings.witnesses):
            yield witnesses.part_of(witness), witness.url, system_trust
        for issuer in issuers_of(self.settings):
            if issuer.jwks.url is not None:
                trust = believed(issuer, self.certificates)
                yield issuers.part_of(issuer), issuer.jwks.url, trust
        for part, place in keys.named_services(self.settings):
            yield part, place, self._trust_of_keys

    def _trust_of_keys(self) -> ssl.SSLContext:
        credential = self.settings.keys.credential
        assert credential is not None  # noqa: S101 - checked before anybody is asked
        return KeyAccess.of(credential, self.settings.keys.authority).trust
