"""A source that is held becomes one that can be asked: secrets read, places checked, opened."""

import os
from dataclasses import dataclass
from typing import Final

from adapters.contract.contract import Adapter, Fault, Question, Reply, Unavailable
from adapters.kinds import UnknownKind, open_adapter
from adapters.network.egress import Egress, EgressRefused
from adapters.network.secrets import SecretMissing, Secrets
from adapters.network.signature import Signer
from gateway.config.settings import Settings
from gateway.fanout.limits import Jitter
from gateway.fanout.source_call import Line
from gateway.fanout.sources import RegisteredSource, registered
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.registry.desired_state import Held


class Unopened:
    """Stands for a source that cannot be opened here: it gives no answer, and never a record."""

    async def ask(self, _: Question) -> Reply:
        """No answer."""
        return Unavailable(Fault.CONNECTION)

    async def aclose(self) -> None:
        """Nothing is open."""


_UNOPENED: Final = Unopened()


class OpenLine:
    """One source's open adapter with its line; closed once nothing that is in force holds it."""

    def __init__(self, held: Held, source: RegisteredSource, line: Line) -> None:
        self.held = held
        self.source = source
        self.line = line
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
        await self.source.adapter.source.aclose()


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens sources with the secrets, the clock and the signature of one gateway."""

    settings: Settings
    clock: Clock
    jitter: Jitter
    signer: Signer

    async def open(self, held: Held, before: OpenLine | None, *, must: bool) -> OpenLine:
        """The source opened, going on from the line `before` to the same system.

        One that cannot be opened is ConfigurationInvalid if it `must` be; else it stands there
        unopened, so that its agency keeps its row.
        """
        try:
            adapter = await self._adapter(held)
        except ConfigurationInvalid:
            if must:
                raise
            events.source_not_opened(held.id)
            return self.silent(held)
        line = self._line(held, adapter)
        if before is not None:
            before.line.hand_over(line.line)
        return line

    def silent(self, held: Held) -> OpenLine:
        """The source as one that gives no answer, and whose system nobody asks."""
        cards = tuple(operation.card for operation in held.manifest.operation)
        return self._line(held, Adapter(_UNOPENED, cards))

    def _line(self, held: Held, adapter: Adapter) -> OpenLine:
        source = registered(held.manifest, adapter, held.grant.claims, held.version)
        return OpenLine(held, source, Line(source, self.clock, self.jitter))

    async def _adapter(self, held: Held) -> Adapter:
        secrets = Secrets(held.id, os.environ, self.settings.secrets, held.near)
        try:
            egress = Egress.of(held.grant.origins)
            return await open_adapter(
                held.manifest,
                secrets=secrets,
                egress=egress,
                clock=self.clock.now,
                signer=self.signer,
            )
        except (SecretMissing, EgressRefused, UnknownKind, ValueError) as error:
            raise ConfigurationInvalid(f"{held.file or held.id}: {error}") from error
