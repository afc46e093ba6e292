"""How the gateway stands, for operators alone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.publish.publication import Publication
from gateway.audit.recorder.recorder import Recorder
from gateway.config.certificates.renewal import Certificates
from gateway.graphql.services.operations import (
    FileFault,
    KeyStanding,
    LogStanding,
    Operations,
    ServedPlace,
    WitnessStanding,
)
from gateway.graphql.types.scalars import LogIndex
from gateway.http.connections.readiness import Readiness
from gateway.model.caller import Caller
from gateway.model.errors import ConfigurationFault, NotAllowed, TryLater
from gateway.registry.generations import ActiveGeneration
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.replica_lease import ReplicaKeys

CheckFiles = Callable[[], Sequence[ConfigurationFault]]
"""What to change in the files as they are now; it reads them, and blocks meanwhile."""

_CHECKED_FOR_S: Final = 20.0


@dataclass(slots=True)
class FileCheck:
    """The files checked off the loop, and not again for some seconds."""

    check: CheckFiles | None
    monotonic: Callable[[], float]
    _found: tuple[ConfigurationFault, ...] = ()
    _until: float = float("-inf")
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def faults(self) -> tuple[ConfigurationFault, ...] | None:
        """What is wrong; None if nothing here can tell."""
        if self.check is None:
            return None
        async with self._turn:
            if self.monotonic() >= self._until:
                self._found = tuple(await asyncio.to_thread(self.check))
                self._until = self.monotonic() + _CHECKED_FOR_S
        return self._found


@dataclass(frozen=True, slots=True)
class OperatedParts:
    """What an operator looks at beside what is in force."""

    ledger: Ledger
    keys: ReplicaKeys
    certificates: Certificates
    files: FileCheck
    operator: str


@dataclass(frozen=True, slots=True)
class OperationsApi:
    """One caller's look at how the gateway stands."""

    caller: Caller
    parts: OperatedParts
    active: ActiveGeneration
    publication: Publication
    readiness: Readiness
    recorder: Recorder

    async def read(self) -> Operations:
        """NotAllowed for anybody but an operator; TryLater if log or ledger cannot be read."""
        if self.parts.operator not in self.caller.roles:
            await self.recorder.refuse("OPERATIONS_NOT_ALLOWED", self.caller)
            raise NotAllowed("OPERATIONS_NOT_ALLOWED", "operations: only an operator may")
        try:
            return await self._read()
        except (LogUnavailable, LogCorrupt, LedgerUnavailable, LedgerCorrupt):
            raise TryLater("LOG_UNAVAILABLE", "log or ledger cannot be read now") from None

    async def _read(self) -> Operations:
        ledger, generation = self.parts.ledger, self.active.generation
        found = await self.parts.files.faults()
        return Operations(
            generation=generation,
            gateways=len(await ledger.leases()),
            behind=await ledger.behind(generation),
            failing=list(await self.readiness.causes()),
            places=self._places(),
            log=await self._log(),
            keys=self._keys(),
            faults=None if found is None else [_fault(each) for each in found],
        )

    def _places(self) -> list[ServedPlace]:
        held = self.active.desired_state.held
        served = [(h.grant.agency, code) for h in held for code in h.manifest.agency.areas]
        return [
            ServedPlace(
                code=area.code,
                name=area.name,
                agencies=len({agency for agency, code in served if code == area.code}),
                not_connected=list(area.not_connected),
            )
            for area in self.active.operator.area
        ]

    async def _log(self) -> LogStanding:
        newest = await self.publication.newest()
        signed = await self.publication.witnessed()
        epochs = await self.publication.log.epochs()
        return LogStanding(
            origin=newest.origin,
            size=LogIndex(newest.size),
            signed_at=newest.at,
            epochs=len(epochs),
            witnesses=[_witness(each.name, signed) for each in self.publication.witnesses],
        )

    def _keys(self) -> list[KeyStanding]:
        keys = self.parts.keys
        own = self.parts.certificates.own()
        return [
            KeyStanding(use="signs the log", name=keys.log, ends_at=None),
            *(
                KeyStanding(use="signs what agencies are asked", name=name, ends_at=None)
                for name in sorted(keys.on_behalf)
            ),
            *(
                KeyStanding(use="certificate", name=name, ends_at=valid.ends)
                for name, valid in sorted(own.items())
            ),
        ]


def _witness(name: str, signed: dict[str, tuple[int, int]]) -> WitnessStanding:
    if name not in signed:
        return WitnessStanding(name=name, signed_at=None, size=None)
    at, size = signed[name]
    return WitnessStanding(
        name=name, signed_at=datetime.fromtimestamp(at, UTC), size=LogIndex(size)
    )


def _fault(fault: ConfigurationFault) -> FileFault:
    return FileFault(
        file=Path(fault.file).name or None,
        line=fault.line or None,
        key=fault.key or None,
        what=fault.what,
    )
