"""Whether a child is shielded, asked of every authority there is, as a question asks them."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.contract.contract import OnBehalf
from gateway.fanout.fan_out import FanOut
from gateway.fanout.source_answer import CallContext
from gateway.fanout.sources import RegisteredSource, Registry
from gateway.model.clock import Clock
from gateway.model.inquiry import Known
from gateway.questions.plan import other_forms
from gateway.questions.shield.check_rounds import CheckRounds, PassOn
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

    async def restriction(self, known: Known, on_behalf: OnBehalf, pass_on: PassOn) -> Restriction:
        """What they say together by the deadline; nothing of their answers is kept.

        `pass_on` logs which keys learned from some go to which agencies, before any of it leaves.
        """
        until = self.clock.monotonic() + self.deadline_s
        asking = CallContext(frozenset(), on_behalf, until, forms=other_forms(known))
        async with self.fan_out.calls() as calls:
            rounds = CheckRounds(self.sources, self.asked, known, asking, calls, pass_on)
            return await rounds.restriction()


def _may_tell(source: RegisteredSource) -> bool:
    return not source.sensitive and source.may_restrict
