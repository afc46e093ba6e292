"""How the gateway's parts stand at the moment of a scrape."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.config.certificates.renewal import Certificates
from gateway.fanout.breaker import BreakerState
from gateway.http.pipeline import Pipeline
from gateway.model.clock import Clock
from gateway.registry.generations import ActiveGeneration

OTHERS: Final = "others"
"""The one label of all sources of whom nobody may know that they are asked."""

# A breaker is half open while one question tries its source: that would tell of that question.
_LEVELS: Final = {BreakerState.CLOSED: 0, BreakerState.HALF_OPEN: 2, BreakerState.OPEN: 2}
_WITNESSED_FOR_S: Final = 15.0
_PATIENCE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Readings:
    """Ages and remaining times in seconds; `named` are the sources that may stand by their id."""

    ready: Mapping[str, bool]
    generation: int
    named: frozenset[str]
    breakers: Mapping[str, int]
    log_waiting: int
    log_held_s: float
    checkpoint_age_s: float
    witness_ages_s: Mapping[str, float]
    certificates_s: Mapping[str, float]
    connections: int


@dataclass(slots=True)
class PartReader:
    """Reads the parts; a log that hangs costs a scrape its witnesses, and a moment."""

    pipeline: Pipeline
    certificates: Certificates
    connections: Callable[[], int]
    clock: Clock
    _witnessed: Mapping[str, int] = field(default_factory=dict)
    _until: float = float("-inf")

    async def read(self) -> Readings:
        """How everything stands now; no source is asked for it."""
        pipeline, now = self.pipeline, self.clock.now()
        causes = await pipeline.readiness.causes()
        await self._look_at_witnesses()
        active, publication = pipeline.active, pipeline.publication
        named = openly_named(active)
        return Readings(
            ready={part: part not in causes for part in pipeline.readiness.parts},
            generation=active.generation,
            named=named,
            breakers=_breakers(active, named),
            log_waiting=publication.log.waiting,
            log_held_s=publication.log.longest_hold_s,
            checkpoint_age_s=publication.unsigned_for_s,
            witness_ages_s={n: now.timestamp() - at for n, at in self._witnessed.items()},
            certificates_s={
                name: (valid.ends - now).total_seconds()
                for name, valid in self.certificates.own().items()
                if name not in self.certificates.sources() or name in named
            },
            connections=self.connections(),
        )

    def named(self) -> frozenset[str]:
        """The sources that may stand by their id now."""
        return openly_named(self.pipeline.active)

    async def _look_at_witnesses(self) -> None:
        if self.clock.monotonic() < self._until:
            return
        self._until = self.clock.monotonic() + _WITNESSED_FOR_S
        try:
            async with asyncio.timeout(_PATIENCE_S):
                signed = await self.pipeline.publication.witnessed()
        except (LogUnavailable, LogCorrupt, TimeoutError):
            return  # what was known before grows old
        self._witnessed = {name: at for name, (at, _) in signed.items()}


def openly_named(active: ActiveGeneration) -> frozenset[str]:
    """The sources that are neither sensitive nor silent towards anybody."""
    preparation = active.preparation
    agencies = preparation.policy.rule_set.agencies
    silent = {a for a, own in agencies.items() if any(r.silent for r in own.rules.values())}
    sources = preparation.registry.sources.values()
    return frozenset(s.id for s in sources if not s.sensitive and s.agency not in silent)


def _breakers(active: ActiveGeneration, named: frozenset[str]) -> Mapping[str, int]:
    """By label; of all that have no name together, how the worst stands."""
    found: defaultdict[str, int] = defaultdict(int, {OTHERS: 0})
    for source, state in active.fan_out.breakers().items():
        label = source if source in named else OTHERS
        found[label] = max(found[label], _LEVELS[state])
    return found
