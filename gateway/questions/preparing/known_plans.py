"""The decided plans of one generation, by kind of question and caller: few, and made once.

What stands in a key depends on no child. Details of hers are there by name alone, so that a plan
serves whoever is asked about by the same kind of details.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cachetools import LRUCache

from adapters.contract.frozen import plainly_made
from gateway.fanout.sources import Registry
from gateway.model.caller import Caller
from gateway.model.inquiry import Inquiry, Scope
from gateway.policy.decide import Decisions, Matter
from gateway.questions.plan import Plan, own_details
from gateway.questions.preparing.decided_plan import DecidedPlan, matter_of

_KEPT: Final = 256


class PlanKind(NamedTuple):
    """All that a plan and its verdicts depend on, beside the generation.

    `given` are the names of the details that are told, `agency` whose own record is named: None
    where there is no such agency, as a detail may stand in the place of its name.
    """

    scope: Scope
    out_of_area: bool
    given: frozenset[str]
    agency: str | None
    fields: frozenset[str]
    areas: tuple[str, ...]
    decisions: Decisions

    @classmethod
    def of(
        cls,
        inquiry: Inquiry,
        caller: Caller,
        fields: frozenset[str],
        registry: Registry,
        decisions: Decisions,
    ) -> "PlanKind":
        """The kind of an inquiry by this caller about these fields."""
        known = inquiry.known
        agency, _ = known.agency_record or (None, None)
        return cls(
            inquiry.scope,
            inquiry.reason.out_of_area is not None,
            frozenset(own_details(known, "")),
            agency if agency in registry.agencies else None,
            fields,
            caller.areas,
            decisions,
        )


@plainly_made
@dataclass(frozen=True, slots=True)
class PlannedInquiry:
    """An inquiry, of a kind, with its plan; `known` is what was decided for the kind before."""

    inquiry: Inquiry
    kind: PlanKind
    plan: Plan
    known: DecidedPlan | None = None

    def left(self, registry: Registry) -> list[Matter]:
        """What has still to be decided for it."""
        if self.known is not None:
            return []
        matters = (matter_of(registry, p.source, self.kind.areas) for p in self.plan.sources)
        return self.kind.decisions.left(matters)


def _few() -> LRUCache[PlanKind, DecidedPlan]:
    return LRUCache(_KEPT)


@dataclass(frozen=True, slots=True)
class KnownPlans:
    """The plans of the kinds that were asked last, and of those that were asked more than once.

    Whoever asks of another kind each time takes the place of none that others ask again.
    """

    _once: LRUCache[PlanKind, DecidedPlan] = field(default_factory=_few)
    _again: LRUCache[PlanKind, DecidedPlan] = field(default_factory=_few)

    def get(self, kind: PlanKind) -> DecidedPlan | None:
        """The plan of this kind, if it is kept."""
        try:
            return self._again[kind]
        except KeyError:
            found = self._once.pop(kind, None)
        if found is not None:
            self._again[kind] = found
        return found

    def keep(self, kind: PlanKind, decided: DecidedPlan) -> None:
        """Keep a plan that was made for a kind that is not kept."""
        self._once[kind] = decided
