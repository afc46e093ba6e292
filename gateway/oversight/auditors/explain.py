"""How the rules in force decide, as auditors may ask of all and agencies of their own."""

import asyncio
from dataclasses import dataclass
from typing import Final

from gateway.audit.recorder.recorder import Recorder
from gateway.graphql.optional_inputs import given
from gateway.graphql.services.explained import ExplainedClass, PolicyAsker
from gateway.model.errors import AskDifferently, NotAllowed
from gateway.oversight.auditors.access import PRIVACY_OFFICER, AuditReader
from gateway.policy.case import Asker, owners
from gateway.policy.explain import explained
from gateway.policy.rules.rule_set import RuleSet

_POLICY_CONTEXT: Final = (
    *("organisation", "in_area", "out_of_area_cause", "case_reference", "significant_harm"),
    *("consent", "restricted", "shield_cleared"),
)


@dataclass(frozen=True, slots=True)
class ExplainApi:
    """One reader's looks at the rules; `own_roles` may look at those of their own agency."""

    recorder: Recorder
    reader: AuditReader
    rule_set: RuleSet
    own_roles: frozenset[str] = frozenset()

    async def explain(self, asker: PolicyAsker) -> list[ExplainedClass]:
        """How the rules in force decide for such an asker, once the look is in the log."""
        agency = owners(self.rule_set).get(str(asker.source))
        if not self.reader.reads_all and (agency != self.reader.agency or not self._of_agency):
            await self.recorder.refuse("AUDIT_NOT_ALLOWED", self.reader.caller)
            raise NotAllowed(
                "AUDIT_NOT_ALLOWED", "asker.source: you may look only at your own agency's sources"
            )
        if agency is None:
            raise AskDifferently("VARIABLES_INVALID", "asker.source: there is no such source")
        await self.recorder.searched(self.reader.caller, "EXPLAIN", agency=agency)
        today = self.recorder.clock.now().date()
        # Each of some twenty decisions takes Cedar two milliseconds.
        found = await asyncio.to_thread(explained, _asker(asker), self.rule_set, today)
        return [
            ExplainedClass(
                release_class=each.release_class,
                fields=list(each.fields),
                ruling=each.ruling,
                rules=list(each.rules),
                needed=list(each.needed),
            )
            for each in found
        ]

    @property
    def _of_agency(self) -> bool:
        return bool(self.reader.caller.roles & {PRIVACY_OFFICER, *self.own_roles})


def _asker(asked: PolicyAsker) -> Asker:
    """An asker of whom what was left out is as harmless as can be."""
    said = {
        **{name: given(getattr(asked, name)) for name in _POLICY_CONTEXT},
        "accreditation": frozenset() if given(asked.accredited) is False else None,
    }
    return Asker(
        source=str(asked.source),
        sector=asked.sector,
        roles=frozenset(asked.roles),
        purpose=asked.purpose,
        **{name: value for name, value in said.items() if value is not None},
    )
