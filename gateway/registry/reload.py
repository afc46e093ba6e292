"""The operator's files come into force: at start, at a signal, or when an operator asks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from gateway.audit.entry.entry import AuditedChange
from gateway.audit.entry.kind import AuditKind
from gateway.audit.errors import LogUnavailable
from gateway.audit.recorder.intent import Coming
from gateway.audit.recorder.recorder import Recorder
from gateway.config.certificates.renewal import RenewedCertificates
from gateway.model import events
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import (
    AskDifferently,
    ConfigurationInvalid,
    NotAllowed,
    ServiceAway,
    TryLater,
)
from gateway.registry.desired_state import SourceVersion
from gateway.registry.files import ManifestFile, OperatorFiles
from gateway.registry.generations import ActiveGeneration, Generations, RenewedSecrets
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.record import (
    OPERATOR,
    By,
    LedgerHead,
    RolloutKind,
    RolloutRecord,
    Version,
)
from gateway.registry.rollout import Rollout

READ_AT_START: Final = "READ_AT_START"
READ_AT_SIGNAL: Final = "READ_AT_SIGNAL"
READ_ON_REQUEST: Final = "READ_ON_REQUEST"


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload came to: the generation in force everywhere, and what was renewed here."""

    generation: int
    secrets: RenewedSecrets
    certificates: RenewedCertificates


class _UnusableError(Exception):
    """These files cannot come into force; a turn would take it for files that others have."""

    def __init__(self, why: ConfigurationInvalid) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Reloader:
    """Brings the files into force; whatever is wrong with them, what was in force stays.

    `renew_keys` reads the issuers' keys, so that one taken out counts no more.
    """

    rollout: Rollout
    generations: Generations
    ledger: Ledger
    recorder: Recorder
    clock: Clock
    operator_role: str
    renew_keys: Callable[[], Awaitable[None]]

    async def begin(self) -> None:
        """Bring into force what the files and the ledger say; ConfigurationInvalid says why not.

        A gateway's first start ever is no change; files that differ from the last ones are.
        """
        try:
            await self.rollout.replica.refuse_other_keys()
            folder = await asyncio.to_thread(self.rollout.read)
            await self._refuse_beside_others(folder)
            async with self.ledger.turn():
                head = await self.ledger.head()
                after, prepared = await self._prepared(folder, head)
                if after.generation == head.generation:
                    self.generations.replace(prepared)
                else:
                    await self._roll_out(after, prepared, None, READ_AT_START)
            await self.rollout.serve()
        except LedgerCorrupt as error:
            raise ConfigurationInvalid(f"the ledger: {error}") from None
        except LedgerUnavailable as error:
            raise ServiceAway(f"the ledger: {error}") from None
        except TryLater as error:
            raise ServiceAway(error.message) from None

    async def _refuse_beside_others(self, folder: OperatorFiles) -> None:
        """No start changes what other gateways serve: one wrong file would stop them all."""
        head = await self.ledger.head()
        differs = head.generation and folder.digest != head.files
        if differs and await self.rollout.replica.sees_others():
            raise ConfigurationInvalid(
                "files: the operator's files here are not those in force, and other gateways"
                " serve; copy theirs, or put these everywhere, reload one of them, and start again"
            )

    async def at_signal(self) -> None:
        """Bring the files into force; ConfigurationInvalid or TryLater says why not."""
        await self._reload(None, READ_AT_SIGNAL)

    async def on_request(self, caller: Caller) -> Reloaded:
        """Bring the files into force everywhere for an operator, and secrets that are others."""
        if self.operator_role not in caller.roles:
            await self.recorder.refuse("RELOAD_NOT_ALLOWED", caller)
            raise NotAllowed("RELOAD_NOT_ALLOWED", "reload: only an operator may")
        try:
            return await self._reload(caller, READ_ON_REQUEST)
        except ConfigurationInvalid as error:
            raise AskDifferently("CONFIGURATION_REFUSED", str(error)) from None

    async def _reload(self, caller: Caller | None, detail: str) -> Reloaded:
        try:
            done = await self._read_again(caller, detail)
        except _UnusableError as found:
            events.reload_failed(str(found.why))
            raise found.why from None
        except (ConfigurationInvalid, TryLater) as error:
            events.reload_failed(str(error))
            raise
        events.reloaded(self.generations.generation())
        return done

    async def _read_again(self, caller: Caller | None, detail: str) -> Reloaded:
        # First, since a file that is wrong must not keep a key or an old certificate in.
        await self.renew_keys()
        certificates = await self.rollout.renewal.renew()
        folder = await asyncio.to_thread(self.rollout.read)
        async with self.rollout.turn(with_own_files=True) as head:
            try:
                after, prepared = await self._prepared(folder, head, renew=True)
            except ConfigurationInvalid as error:
                raise _UnusableError(error) from None
            shared = caller is not None and self.rollout.renewal.unshared
            if (prepared.secrets.new or shared) and after.generation == head.generation:
                # Other gateways read theirs anew only where a generation begins.
                after = replace(after, generation=head.generation + 1)
                prepared = prepared.numbered(after.generation)
            for source, cause in prepared.secrets.kept.items():
                events.secrets_not_renewed(source, cause)
            if after.generation == head.generation:
                self.generations.discard(prepared)
            else:
                await self._roll_out(after, prepared, caller, detail)
                self.rollout.renewal.unshared = False
        return Reloaded(await self.rollout.everywhere(), prepared.secrets, certificates)

    async def _prepared(
        self, folder: OperatorFiles, head: LedgerHead, *, renew: bool = False
    ) -> tuple[LedgerHead, ActiveGeneration]:
        """The files ready to come into force, under the next generation if they are others."""
        changed = folder.digest != head.files
        after = replace(head, generation=head.generation + changed, files=folder.digest)
        if changed:
            for filed in folder.filed:
                await self._keep(filed)
        desired_state = await self.rollout.desired_state(folder, after)
        must = frozenset(held.id for held in desired_state.held if held.file is not None)
        prepared = await self.generations.prepare(desired_state, must, renew=renew)
        return after, prepared

    async def _keep(self, filed: ManifestFile) -> None:
        """A manifest of the folder is a version as any other."""
        ledger, source = self.ledger, filed.manifest.source
        if await ledger.numbered(source.id, filed.text, filed.rules) is not None:
            return
        version = Version(
            source=source.id,
            number=await ledger.next_number(source.id),
            agency=source.agency,
            manifest=filed.text,
            rules=filed.rules,
            by=OPERATOR,
            at=self.clock.now(),
            from_folder=True,
        )
        await ledger.propose(version)

    async def _roll_out(
        self, after: LedgerHead, prepared: ActiveGeneration, caller: Caller | None, detail: str
    ) -> None:
        record = RolloutRecord(
            generation=after.generation,
            kind=RolloutKind.CONFIGURED,
            files=prepared.folder.digest,
            by=By.of(caller) if caller else OPERATOR,
            at=self.clock.now(),
        )

        async def log(new: ActiveGeneration) -> int | None:
            return await self._log(new, caller, detail)

        await self.rollout.roll_out(prepared, record, log)

    async def _log(self, new: ActiveGeneration, caller: Caller | None, detail: str) -> int | None:
        before = self.generations.newest
        first = new.generation == 1 and before is None
        if first and not await self._log_size():
            return None  # a new gateway with a new log: nothing was otherwise before
        changes = [*_sources(before, new), *_secrets(new), *_policies(before, new, detail)]
        for coming in changes:
            await self.recorder.changed(coming, caller)
        files = AuditedChange("configuration", new.folder.digest)
        coming = Coming(AuditKind.CONFIGURATION_CHANGE, files, detail)
        return await self.recorder.changed(coming, caller)

    async def _log_size(self) -> int:
        try:
            return await self.recorder.log.size()
        except LogUnavailable:
            raise ServiceAway("the log cannot be read now") from None


def _sources(before: ActiveGeneration | None, new: ActiveGeneration) -> Iterator[Coming]:
    """The sources that the files bring, change or take away; none where nothing was before."""
    if before is None:
        return
    were = {held.id: held for held in before.desired_state.held}
    are = {held.id: held for held in new.desired_state.held}
    for source in sorted(were.keys() | are.keys()):
        if source not in are:
            yield _of_source(were[source], "SOURCE_TAKEN_AWAY")
        elif source not in were:
            yield _of_source(are[source], "SOURCE_BROUGHT")
        elif were[source] != are[source]:
            yield _of_source(are[source], "SOURCE_CHANGED")


def _secrets(new: ActiveGeneration) -> Iterator[Coming]:
    """The sources that are asked with other secrets from now on."""
    for source in new.secrets.new:
        yield _of_source(new.connections[source].held, "SOURCE_SECRETS_RENEWED")


def _of_source(held: SourceVersion, detail: str) -> Coming:
    change = AuditedChange(held.id, held.sha256, held.version)
    agency = held.manifest.source.agency
    return Coming(AuditKind.SOURCE_CHANGE, change, detail, agency=agency)


def _policies(
    before: ActiveGeneration | None, new: ActiveGeneration, detail: str
) -> Iterator[Coming]:
    policy = new.preparation.policy
    if before is None or before.preparation.policy.sha256 != policy.sha256:
        change = AuditedChange("policies", policy.sha256)
        yield Coming(AuditKind.POLICY_CHANGE, change, detail, policy.version)
