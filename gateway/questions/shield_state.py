"""What the shield does to one question: when it has spoken, what it hides, and from when on.

A caller who is not cleared must not learn from an answer's time or content what agencies hold that
are hidden from them, nor which source of the shield set restricts the child. So the shield is told
by the *circle* alone: the shield set, the identity sources and the national agencies. Once nothing
of the circle is under way the state stands, whatever hidden agencies would still say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from adapters.contract.codes import Claim
from adapters.contract.contract import MoreNeeded
from gateway.fanout.source_call import SourceAnswer
from gateway.fanout.sources import SENSITIVE_SERVICES, RegisteredSource, Registry
from gateway.questions.findings import Finder, Findings
from gateway.questions.namesakes import NamesakeSearch
from gateway.questions.onward import lessons
from gateway.questions.release import ReleaseView
from resolvers.child.child import Restriction


def circle_of(asked: Mapping[str, RegisteredSource], registry: Registry) -> frozenset[str]:
    """The sources whose answers alone decide on the shield, of those that are asked."""
    return frozenset(
        name
        for name, source in asked.items()
        if not source.sensitive
        and (
            source.in_shield_set
            or Claim.SPINE in source.claims
            or registry.agencies[source.agency].national
        )
    )


@dataclass(slots=True)
class ShieldState:
    """`everybody` finds by all answers, `near` by those of the `circle` alone.

    `search` says whether a restricted namesake may be behind records without a number of hers.
    """

    view: ReleaseView
    everybody: Finder
    near: Finder
    circle: frozenset[str]
    search: NamesakeSearch
    _heard: Mapping[str, SourceAnswer] = field(default_factory=dict)
    _times_idle: int = 0
    _settled: bool = False

    def idle(self, heard: Mapping[str, SourceAnswer]) -> bool:
        """Hear that nothing of the circle is under way, nor can be asked with what it taught.

        Whether nobody else is to be waited for: their rows say nothing to this caller.
        """
        self._heard, self._times_idle = heard, self._times_idle + 1
        found = self.near.of(heard)
        match found.restriction:
            case Restriction.RESTRICTED:
                self._settled = self._settled or (self._times_idle == 1 and self._all_said)
            case Restriction.UNKNOWN | Restriction.NONE_KNOWN:
                # What is hidden stays so. Whoever is shown where she is must not be shown too soon.
                self._settled = self.view.hides(found) or self._none_to_come
        return self.hidden

    def lessons(
        self, answers: Mapping[str, SourceAnswer], sources: Mapping[str, RegisteredSource]
    ) -> Mapping[str, Mapping[str, str]]:
        """What each source may be asked with besides; the circle by what it taught itself.

        Once the child is cleared by the circle, everybody by what everybody taught.
        """
        taught = lessons(self.everybody.of(answers), sources)
        within = lessons(self.teaching(answers), sources)
        outside = {name: keys for name, keys in taught.items() if name not in self.circle}
        return outside | {name: keys for name, keys in within.items() if name in self.circle}

    def teaching(self, answers: Mapping[str, SourceAnswer]) -> Findings:
        """The findings that teach the circle: its own, until it has cleared the child."""
        inside = {name: each for name, each in answers.items() if name in self.circle}
        near = self.near.of(inside)
        cleared = near.restriction is Restriction.NONE_KNOWN
        return self.everybody.of(answers) if cleared else near

    @property
    def settled(self) -> bool:
        """Whether nothing to come changes the restriction that this caller is told."""
        return self._settled

    def hides(self, agency: str) -> bool:
        """Whether this agency's row says nothing to this caller, whatever still comes."""
        if not self._settled or not self.view.hides(self.near.of(self._heard)):
            return False
        return agency == SENSITIVE_SERVICES or not self.view.registry.agencies[agency].national

    @property
    def hidden(self) -> bool:
        """Whether nobody outside the circle is to be waited for."""
        return self._settled and self.view.hides(self.near.of(self._heard))

    def hides_late(self, answers: Mapping[str, SourceAnswer]) -> bool:
        """Whether the child is hidden from this caller by what came after the circle first spoke.

        When the answer ended would then tell who restricts her, or holds her.
        """
        return not self._settled and self.view.hides(self.told(answers))

    def told(self, answers: Mapping[str, SourceAnswer]) -> Findings:
        """The findings that this caller's answer is made of.

        Where the child is hidden from them, those of the circle alone.
        """
        if self.hidden:
            return self.near.of(self._heard)
        found = self.everybody.of(answers)
        if self.view.cleared or not self.view.hides(found):
            return self._without_namesakes(found)
        inside = {name: each for name, each in answers.items() if name in self.circle}
        return replace(self.near.of(inside), restriction=found.restriction)

    def namesakes(
        self, answers: Mapping[str, SourceAnswer]
    ) -> tuple[Mapping[str, Mapping[str, str]], Callable[[Mapping[str, SourceAnswer]], None]]:
        """Who is to be searched for children alike, by what, and who hears of it."""
        return self.search.wanted(self.everybody.of(answers)), self.search.hear

    def _without_namesakes(self, found: Findings) -> Findings:
        """The findings without records that may be a restricted namesake's.

        Whoever is cleared sees them stand apart. To everybody else it is as if they were not there:
        where they are would tell where the namesake is.
        """
        unsearched = self.view.cleared and found.restriction is not Restriction.NONE_KNOWN
        if unsearched or not self.search.leaves_doubt(found):
            return found
        resolution = found.resolution
        return found.narrowed(
            resolution.loosened() if self.view.cleared else resolution.tied_alone()
        )

    @property
    def _set(self) -> Mapping[str, SourceAnswer]:
        sources = self.view.registry.sources
        return {name: a for name, a in self._heard.items() if sources[name].in_shield_set}

    @property
    def _all_said(self) -> bool:
        """Whether no source of the set could find the child once more were known of her.

        Else it would show in time whether the child was restricted there or before.
        """
        return not any(map(self._may_yet_find, self._set.values())) and not any(
            map(_renumbered, self._heard.values())
        )

    @property
    def _none_to_come(self) -> bool:
        """Whether no source of the set holds a restricted record of anybody, nor may yet find one.

        What agencies outside the circle teach could else lead to it after rows were sent.
        """
        return not any(
            self._may_yet_find(each) or any(record.restricted for record in each.records)
            for each in self._set.values()
        )

    def _may_yet_find(self, answered: SourceAnswer) -> bool:
        if isinstance(answered.reply, MoreNeeded):
            return True
        operations = self.view.registry.sources[answered.source].adapter.operations
        untried = any(card.name not in answered.tried for card in operations)
        return answered.empty and not answered.conclusive and untried


def _renumbered(answered: SourceAnswer) -> bool:
    """Whether an identity source answered under another number than the one asked by."""
    return answered.supersedes and any(
        value not in {i.value for i in record.identifiers if i.scheme == scheme}
        for record in answered.records
        for scheme, value in answered.by_identifier.items()
    )
