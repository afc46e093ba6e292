"""A source that is held becomes one that can be asked: secrets read, places checked, opened."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.contract.contract import Adapter, Fault, Question, Reply, Unavailable
from adapters.contract.paths import COMPILED, Paths
from adapters.kinds import UnknownKind, open_adapter
from adapters.manifest.auth import MutualTlsAuth
from adapters.network.egress import EgressRefused
from adapters.network.secrets import RememberedSecrets, SecretMissing, Secrets, SecretTexts
from adapters.network.signature import Signer
from adapters.network.trust import system_trust
from gateway.config.certificates.contexts import validity_of
from gateway.config.certificates.kept import CertificateUnusable, Validity
from gateway.fanout.limits import Jitter
from gateway.fanout.source_call import SourceConnection
from gateway.fanout.sources import RegisteredSource, registered
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.model.figures import NO_FIGURES, Figures
from gateway.registry.desired_state import SourceVersion


class Unopened:
    """Stands for a source that cannot be opened here: it gives no answer, and never a record."""

    async def ask(self, _: Question) -> Reply:
        """No answer."""
        return Unavailable(Fault.CONNECTION)

    async def aclose(self) -> None:
        """Nothing is open."""


_UNOPENED: Final = Unopened()


class ManagedConnection:
    """One source's open adapter with its connection; closed once no generation holds it."""

    def __init__(
        self,
        held: SourceVersion,
        source: RegisteredSource,
        connection: SourceConnection,
        secrets: RememberedSecrets | None = None,
        own_certificate: Validity | None = None,
    ) -> None:
        self.own_certificate = own_certificate
        self.trust = system_trust()
        self.held = held
        self.source = source
        self.connection = connection
        self.secrets = secrets
        self._holders = 0

    @property
    def opened(self) -> bool:
        """Whether its system can be asked at all."""
        return self.source.adapter.source is not _UNOPENED

    def take(self) -> None:
        """Hold it open."""
        self._holders += 1

    def give_back(self) -> bool:
        """Hold it no longer; whether nobody does, so that it is to be closed."""
        self._holders -= 1
        return self._holders <= 0

    async def aclose(self) -> None:
        """Give back its sockets and pools."""
        await self.source.adapter.aclose()


@dataclass(frozen=True, slots=True)
class SourceOpener:
    """Opens sources with the clock and the signature of one gateway, and secrets of its `folder`.

    No source is let to `own_stores`: host and port of what is the gateway's own.
    """

    folder: Path
    own_stores: frozenset[tuple[str, int]]
    clock: Clock
    jitter: Jitter
    signer: Signer
    paths: Paths = COMPILED
    figures: Figures = NO_FIGURES

    async def open(
        self, held: SourceVersion, before: ManagedConnection | None, *, must: bool
    ) -> ManagedConnection:
        """The source opened, going on from the connection `before` to the same system.

        One that cannot be opened is ConfigurationInvalid if it `must` be; else it stands there
        unopened, so that its agency keeps its row.
        """
        try:
            connection = await self._opened(held)
        except ConfigurationInvalid as error:
            if must:
                raise
            events.source_not_opened(held.id, error)
            return self.silent(held)
        if before is not None:
            before.connection.hand_over(connection.connection)
        return connection

    async def renewed(self, before: ManagedConnection) -> ManagedConnection:
        """`before`, or where its secrets are others by now, the same source opened with those.

        It keeps its limits and its health. ConfigurationInvalid if they cannot be read or used.
        """
        try:
            if before.secrets is None:
                return before
            if not before.secrets.differ() and before.trust is system_trust():
                return before
        except SecretMissing as error:
            raise ConfigurationInvalid(f"{before.held.id}: {error}") from None
        connection = await self._opened(before.held)
        own = connection.own_certificate
        if own is not None and own.ends <= self.clock.now():
            await connection.aclose()
            raise ConfigurationInvalid(f"{before.held.id}: its certificate has ended")
        connection.connection.go_on_as(before.connection)
        return connection

    def silent(self, held: SourceVersion) -> ManagedConnection:
        """The source as one that gives no answer, and whose system nobody asks."""
        cards = tuple(operation.card for operation in held.manifest.operation)
        return self._connection(held, Adapter(_UNOPENED, cards))

    def _connection(
        self, held: SourceVersion, adapter: Adapter, secrets: RememberedSecrets | None = None
    ) -> ManagedConnection:
        source = registered(held.manifest, adapter, held.grant, held.version)
        connection = SourceConnection(source, self.clock, self.jitter, self.figures)
        own = None if secrets is None else _own_certificate(held, secrets)
        return ManagedConnection(held, source, connection, secrets, own)

    async def _opened(self, held: SourceVersion) -> ManagedConnection:
        secrets = RememberedSecrets(self.secrets(held))
        return self._connection(held, await self.adapter(held, secrets), secrets)

    def secrets(self, held: SourceVersion) -> Secrets:
        """The source's own secrets; none is read yet."""
        return Secrets(held.id, os.environ, self.folder, held.near)

    async def adapter(self, held: SourceVersion, secrets: SecretTexts) -> Adapter:
        """What asks the source, with these secrets; ConfigurationInvalid says why it cannot be."""
        try:
            egress = held.grant.egress(self.own_stores)
            return await open_adapter(
                held.manifest,
                secrets=secrets,
                egress=egress,
                clock=self.clock.now,
                signer=self.signer,
                paths=self.paths,
            )
        except (SecretMissing, EgressRefused, UnknownKind, ValueError) as error:
            raise ConfigurationInvalid(f"{held.file or held.id}: {error}") from error


def _own_certificate(held: SourceVersion, secrets: RememberedSecrets) -> Validity | None:
    """When the certificate that we show this agency is good; None if it wants none."""
    auth = held.manifest.auth
    if not isinstance(auth, MutualTlsAuth):
        return None
    try:
        return validity_of(secrets.text(auth.certificate).encode())
    except (SecretMissing, CertificateUnusable):
        return None  # it was loaded a moment ago, and has changed since
