"""The one way in which anything comes into force: checked, logged, rolled out everywhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.config.certificates.renewal import Renewal
from gateway.model import events
from gateway.model.errors import ConfigurationInvalid, TryLater
from gateway.registry.desired_state import DesiredState, LedgerFacts, desired_state_of
from gateway.registry.files import OperatorFiles
from gateway.registry.generations import ActiveGeneration, Generations
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.record import LedgerHead, RolloutRecord, Version
from gateway.registry.replica_lease import ReplicaLease

LogChange = Callable[[ActiveGeneration], Awaitable[int | None]]
ReadFiles = Callable[[], OperatorFiles]
NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Rollout:
    """Changes what is in force, one change at a time, here and among all gateways.

    `read` reads the operator's files, and blocks for as long as the disk takes.
    """

    ledger: Ledger
    generations: Generations
    replica: ReplicaLease
    read: ReadFiles
    renewal: Renewal
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def turn(self, *, with_own_files: bool = False) -> AsyncIterator[LedgerHead]:
        """Where the ledger stands, while nobody else changes it; TryLater if it cannot be used.

        What came into force elsewhere meanwhile is in force here as well. `with_own_files` is for
        a change that brings this gateway's files, whatever files are in force.
        """
        try:
            async with self._turn, self.ledger.turn():
                head = await self.ledger.head()
                if head.generation != self.generations.generation():
                    with suppress(*([ConfigurationInvalid] if with_own_files else [])):
                        await self._adopt(head)
                yield head
        except (LedgerUnavailable, LedgerCorrupt) as error:
            events.ledger_unavailable(error)
            raise TryLater(
                "LEDGER_UNAVAILABLE",
                "the ledger cannot be used now; look at `sources` before you try again",
            ) from None
        except ConfigurationInvalid as error:
            raise TryLater(
                "NOT_IN_FORCE", f"this gateway's files are not those in force: {error}"
            ) from None

    async def desired_state(self, folder: OperatorFiles, head: LedgerHead) -> DesiredState:
        """What is in force with these files, where the ledger stands so."""
        return await desired_state_in(self.ledger, folder, head)

    async def roll_out(
        self, prepared: ActiveGeneration, record: RolloutRecord, log: LogChange
    ) -> None:
        """Log it, keep it, bring it into force here; in a turn, and to be waited for after it.

        TryLater or LedgerUnavailable if it cannot be logged or kept: nothing has changed then.
        """
        try:
            entry = await log(prepared)
            await self.ledger.record_rollout(replace(record, entry=entry))
        except BaseException:
            self.generations.discard(prepared)
            raise
        await self._in_force(prepared)

    async def adopt(self) -> None:
        """Bring another gateway's rollout into force here; ConfigurationInvalid says why not."""
        async with self._turn:
            head = await self.ledger.head()
            if head.generation != self.generations.generation():
                await self._adopt(head)

    async def serve(self) -> None:
        """Take the lease that allows to serve, once everybody serves what is in force here.

        ConfigurationInvalid if a gateway that serves has other keys.
        """
        serving = self.generations.generation()
        while await self.replica.take(serving) != serving:
            await self.adopt()
            serving = self.generations.generation()
        await self.replica.everywhere(serving)

    async def everywhere(self) -> int:
        """Wait until what is in force here is so everywhere; its number. TryLater if unsure."""
        generation = self.generations.generation()
        await self.replica.everywhere(generation)
        return generation

    async def _adopt(self, head: LedgerHead) -> None:
        folder = self.generations.current.folder
        if folder.digest != head.files:
            folder = await asyncio.to_thread(self.read)
        if folder.digest != head.files:
            raise ConfigurationInvalid("they differ from those of the gateway that changed them")
        desired_state = await self.desired_state(folder, head)
        await self.renewal.certificates.renew()  # the other gateway may share this machine
        await self._in_force(await self.generations.prepare(desired_state, NOTHING, renew=True))

    async def _in_force(self, prepared: ActiveGeneration) -> None:
        if self.generations.newest is not None:
            events.generation(prepared.generation)
        self.generations.replace(prepared)
        for source in prepared.secrets.new:
            events.secrets_renewed(source)
        with suppress(LedgerUnavailable, LedgerCorrupt):  # then the lease is renewed later
            await self.replica.hold(prepared.generation)


async def desired_state_in(ledger: Ledger, folder: OperatorFiles, head: LedgerHead) -> DesiredState:
    """What is in force with these files, where the ledger stands so.

    ConfigurationInvalid says why nothing can be.
    """
    numbers: dict[str, int] = {}
    for filed in folder.filed:
        source = filed.manifest.source.id
        if number := await ledger.numbered(source, filed.text, filed.rules):
            numbers[source] = number
    facts = LedgerFacts(numbers, await _live(ledger, head))
    # Each source is looked at beside each grant: of hundreds that takes a tenth of a second.
    return await asyncio.to_thread(desired_state_of, folder, head, facts)


async def _live(ledger: Ledger, head: LedgerHead) -> dict[str, Version]:
    """The version last decided about of each source that did not come from the folder."""
    found: dict[str, Version] = {}
    for source, said in head.sources.items():
        version = await ledger.version(source, said.version or 0)
        if version is None:
            raise LedgerCorrupt(f"the ledger lacks a version of source {source}; restore it")
        if not version.from_folder:
            found[source] = version
    return found
