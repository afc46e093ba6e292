"""Whether a child is shielded, asked of every authority there is, as a question asks them."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.contract.contract import OnBehalf
from gateway.fanout.fan_out import FanOut
from gateway.fanout.route import route, unasked
from gateway.fanout.source_answer import CallContext, SourceAnswer
from gateway.fanout.sources import RegisteredSource, Registry
from gateway.model.clock import Clock
from gateway.model.inquiry import Known
from gateway.questions.findings import find, stated_reference
from gateway.questions.plan import other_forms, own_details
from gateway.questions.resolver import Resolver
from resolvers.child.child import Restriction


@dataclass(frozen=True, slots=True)
class ShieldCheck:
    """Asks whoever may know of a shield, whatever area they serve: a child may live elsewhere now.

    A sensitive service is not asked, nor one where reading has effects; if such a one is an
    authority, it has not cleared the child, and the answer is UNKNOWN.
    """

    registry: Registry
    fan_out: FanOut
    clock: Clock
    deadline_s: float

    @property
    def sources(self) -> Mapping[str, RegisteredSource]:
        """Whose answers count, by source id."""
        found = self.registry.sources.items()
        return {name: source for name, source in found if _may_tell(source)}

    @property
    def asked(self) -> Mapping[str, RegisteredSource]:
        """Those of them that are asked."""
        return {name: source for name, source in self.sources.items() if not source.has_effects}

    async def restriction(self, known: Known, on_behalf: OnBehalf) -> Restriction:
        """What they say together by the deadline; nothing of their answers is kept."""
        answers = await self._answers(known, on_behalf)
        stated = stated_reference(known, self.sources.values())
        found = find(stated, answers, Resolver(self.sources))
        return Restriction.RESTRICTED if found.own_marks else found.restriction

    async def _answers(self, known: Known, on_behalf: OnBehalf) -> Mapping[str, SourceAnswer]:
        """Each source asked once, by what is known alone: nothing that one says goes to another."""
        until = self.clock.monotonic() + self.deadline_s
        asking = CallContext(frozenset(), on_behalf, until, forms=other_forms(known))
        answers: dict[str, SourceAnswer] = {}
        async with self.fan_out.calls() as calls:
            for name, source in self.asked.items():
                keys = own_details(known, source.agency)
                if route(source, keys, None):
                    calls.start(name, [keys], asking, None)
                else:
                    answers[name] = unasked(source)
            while calls.running and calls.now < until:
                answers |= {each.source: each for each in await calls.heard(until)}
            return answers | {each.source: each for each in calls.overtaken(answers)}


def _may_tell(source: RegisteredSource) -> bool:
    return not source.sensitive and source.may_restrict
