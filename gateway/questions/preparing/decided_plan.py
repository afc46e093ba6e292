"""A plan with what its sources give one kind of caller: made once, as it depends on no child."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Self, TypeVar

from adapters.contract.codes import ReleaseClass
from adapters.contract.frozen import plainly_made
from gateway.fanout.sources import RegisteredSource, Registry
from gateway.policy.context import UNSAID, RecordFacts
from gateway.policy.decide import Decisions, Matter, OnRecord, Verdict
from gateway.questions.plan import Plan, PlannedSource
from resolvers.release import fields_within

T = TypeVar("T")
COMPARED: Final = frozenset({"addresses", "carers", "gp_practice", "involvements", "schools"})


@plainly_made
@dataclass(frozen=True, slots=True)
class DecidedPlan:
    """A plan and its verdicts; `sources` are all in scope, by id.

    `on_record` decides again where a record says what the verdict before asking could not know.
    `asked` are the sources that will be asked: of the shield set, or in scope and permitted. None
    where reading has effects, unless the scope names it. `gateway_only` are those whose answers are
    for the gateway alone: they are out of scope, or give this caller nothing. `read` are the fields
    to read of each source besides who the child is: permitted, and selected. Or compared, whatever
    was selected: who would not be noticed could else leave them out. `standing` is what else hangs
    on these alone, by agency: whoever needs it works it out once.
    """

    plan: Plan
    verdicts: Mapping[str, Verdict]
    sources: Mapping[str, RegisteredSource]
    on_record: OnRecord
    asked: Mapping[str, RegisteredSource]
    gateway_only: frozenset[str]
    read: Mapping[str, frozenset[str]]
    standing: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)
    _once: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def once(self, what: str, work: Callable[[], T]) -> T:
        """What follows from the plan and the registry alone, worked out once for the kind."""
        found = self._once.get(what)
        if found is None:
            found = self._once[what] = work()
        result: T = found
        return result

    @classmethod
    def of(cls, plan: Plan, registry: Registry, decisions: Decisions, areas: Sequence[str]) -> Self:
        """What this kind of caller, of these areas, is given of this plan."""

        @cache
        def on_record(source_id: str, said: RecordFacts) -> Verdict:
            return decisions.of(matter_of(registry, source_id, areas, said))

        sources = {p.source: registry.sources[p.source] for p in plan.sources}
        verdicts = {name: on_record(name, UNSAID) for name in sources}
        giving = _Giving(verdicts, sources, on_record)
        only = frozenset(giving.gateway_only(plan.sources))
        read = {
            p.source: frozenset() if p.source in only else giving.read(p, plan.fields)
            for p in plan.sources
        }
        return cls(plan, verdicts, sources, on_record, giving.asked(plan.sources), only, read)


def matter_of(
    registry: Registry, source_id: str, areas: Iterable[str], said: RecordFacts = UNSAID
) -> Matter:
    """What is to be decided of a source for a caller of these areas."""
    source = registry.sources[source_id]
    in_area = registry.agencies[source.agency].serves(areas)
    return Matter(source.agency, source.id, source.supplies, in_area, said)


@plainly_made
@dataclass(frozen=True, slots=True)
class _Giving:
    # What the sources give by their verdicts.
    verdicts: Mapping[str, Verdict]
    sources: Mapping[str, RegisteredSource]
    on_record: OnRecord

    def asked(self, planned: Iterable[PlannedSource]) -> dict[str, RegisteredSource]:
        return {
            p.source: source
            for p in planned
            if p.not_asked is None
            and ((source := self.sources[p.source]).in_shield_set or self._may_give(source))
        }

    def gateway_only(self, planned: Iterable[PlannedSource]) -> Iterable[str]:
        for p in planned:
            source = self.sources[p.source]
            if p.for_shield or (source.in_shield_set and not self._may_give(source)):
                yield p.source

    def read(self, planned: PlannedSource, fields: frozenset[str]) -> frozenset[str]:
        source = self.sources[planned.source]
        at_most = self._with_consent(source).permitted
        return fields_within(at_most | self.verdicts[source.id].permitted, fields | COMPARED)

    def _may_give(self, source: RegisteredSource) -> bool:
        if not source.sensitive:
            return bool(self.verdicts[source.id].permitted)
        return ReleaseClass.SENSITIVE in self._with_consent(source).permitted

    def _with_consent(self, source: RegisteredSource) -> Verdict:
        return self.on_record(source.id, RecordFacts(consent=source.records_consent))
