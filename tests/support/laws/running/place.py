"""Where laws are tried: one loop, one server on loopback, and adapters that stay open."""

import asyncio
import os
import tomllib
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from adapters.contract.contract import Adapter
from adapters.contract.paths import COMPILED, Paths
from adapters.http.batch import HttpSeveral
from adapters.http.source import HttpSource
from adapters.kinds import open_adapter
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress
from adapters.network.secrets import Secrets
from gateway.config.operator_file import HeldTestPerson, SourceGrant
from gateway.fanout.sources import RegisteredSource, registered
from tests.support.agencies import TEST_PERSON
from tests.support.gateway.whole_gateway import TODAY
from tests.support.laws.running.desks import CountedTransport, Desks
from tests.support.laws.running.patient_time import PatientLoop
from tests.support.laws.town.law_agency import LawAgency
from tests.support.loopback import serving

T = TypeVar("T")
_KEPT: Final = 200  # adapters that stay open, each with its connections


@dataclass(slots=True)
class LawPlace:
    """The loop and the server; `url` once it is open. `asked` counts the questions."""

    loop: PatientLoop = field(default_factory=PatientLoop)
    desks: Desks = field(init=False)
    url: str = ""
    asked: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _opened: OrderedDict[tuple[str, Paths], tuple[Manifest, Adapter]] = field(
        default_factory=OrderedDict
    )
    _named: int = 0

    def __post_init__(self) -> None:
        """Open the server."""
        self.desks = Desks(self.loop.traffic)
        self.run(self._open())

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """The result of `main` in the loop."""
        return self.loop.run(main)

    async def source(self, agency: LawAgency, paths: Paths = COMPILED) -> RegisteredSource:
        """The agency's source as the operator granted it, opened as the gateway would."""
        text = agency.manifest(self.url)
        if (text, paths) not in self._opened:
            manifest = Manifest.model_validate(tomllib.loads(text))
            self._opened[text, paths] = manifest, await self._adapter(manifest, paths)
        self._opened.move_to_end((text, paths))
        manifest, adapter = self._opened[text, paths]
        if len(self._opened) > _KEPT:
            _, (_, oldest) = self._opened.popitem(last=False)
            await oldest.source.aclose()
        grant = SourceGrant(
            source=agency.id,
            agency=agency.id,
            claims=agency.claims,
            origins=frozenset(),
            test_person=HeldTestPerson(**TEST_PERSON),
        )
        return registered(manifest, adapter, grant)

    def close(self) -> None:
        """Close everything, and the loop."""
        self.run(self._close())
        self.loop.close()

    async def _open(self) -> None:
        self.url = await self._stack.enter_async_context(serving(self.desks.answer))

    async def _adapter(self, manifest: Manifest, paths: Paths) -> Adapter:
        secrets = Secrets(manifest.source.id, os.environ, Path("/nonexistent"))
        egress = Egress.of([self.url])
        adapter = await open_adapter(
            manifest, secrets=secrets, egress=egress, clock=lambda: TODAY, paths=paths
        )
        assert isinstance(adapter.source, HttpSource)
        self._named += 1
        counted = CountedTransport(
            adapter.source.transport, self.desks, f"{manifest.source.id}-{self._named}"
        )
        source = replace(adapter.source, transport=counted)
        several = adapter.several and HttpSeveral(source)
        return replace(adapter, source=source, several=several)

    async def _close(self) -> None:
        for _, adapter in self._opened.values():
            await adapter.aclose()
        sleeping = asyncio.all_tasks() - {asyncio.current_task()}
        for task in sleeping:
            task.cancel()
        await asyncio.gather(*sleeping, return_exceptions=True)
        await self._stack.aclose()
