"""Whether a child is shielded, asked of every authority there is, as a question asks them."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass

from adapters.contract.contract import OnBehalf
from gateway.fanout.fan_out import FanOut
from gateway.fanout.order import CallContext, Order, SourceAnswer
from gateway.fanout.plan import own_details
from gateway.fanout.sources import RegisteredSource, Registry
from gateway.model.clock import Clock
from gateway.model.inquiry import Known
from gateway.questions.findings import find, stated_reference
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
        until = self.clock.monotonic() + self.deadline_s
        asking = CallContext(frozenset(), on_behalf, until)
        order = Order(
            own={name: own_details(known, source.agency) for name, source in self.asked.items()},
            asking=dict.fromkeys(self.asked, asking),
            until=until,
            heard_first=frozenset(),
            teach=lambda _: {},
            pass_on=_nothing_passes,
        )
        answers: dict[str, SourceAnswer] = {}
        async with aclosing(self.fan_out.answers(order)) as arriving:
            async for answered in arriving:
                answers[answered.source] = answered
        stated = stated_reference(known, self.sources.values())
        found = find(stated, answers, Resolver(self.sources))
        return Restriction.RESTRICTED if found.own_marks else found.restriction


def _may_tell(source: RegisteredSource) -> bool:
    return not source.sensitive and source.may_restrict


async def _nothing_passes(_: Mapping[str, frozenset[str]]) -> None:
    raise RuntimeError("a check of the shield passes nothing on")
