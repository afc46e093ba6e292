"""What the shield set could still say after the circle has spoken, were more known of the child."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.contract.contract import MoreNeeded
from adapters.contract.identifiers import IDENTIFYING
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from gateway.questions.finder import Finder
from gateway.questions.numbers.owed import Heard
from gateway.questions.order import SourceAnswers
from gateway.questions.shield.namesakes import NamesakeSearch


@dataclass(frozen=True, slots=True)
class Unsaid:
    """`heard` are the circle's answers, `near` finds by them, `search` looked among namesakes.

    `sources` are all, by id.
    """

    heard: SourceAnswers
    near: Finder
    search: NamesakeSearch
    sources: Mapping[str, RegisteredSource]

    @property
    def all_said(self) -> bool:
        """Whether no source of the set could find the child once more were known of her.

        Else it would show in time whether the child was restricted there or before.
        """
        every = self._set.values()
        return not (
            self.search.looked
            or self._may_be_asked_further()
            or any(map(self._may_yet_find, every))
            or any(map(self._asked_by_more, every))
            or any(answered.replaced for answered in self.heard.values())
        )

    @property
    def none_to_come(self) -> bool:
        """Whether no source of the set holds a restricted record of anybody, nor may yet find one.

        What agencies outside the circle teach could else lead to it after rows were sent.
        """
        return not any(
            self._may_yet_find(each) or any(record.restricted for record in each.records)
            for each in self._set.values()
        )

    @property
    def _set(self) -> SourceAnswers:
        return {name: a for name, a in self.heard.items() if self.sources[name].in_shield_set}

    def _may_be_asked_further(self) -> bool:
        """Whether a source of the set would be asked by further numbers, were nobody restricted."""
        resolver = self.near.once.resolver
        return bool(Heard(self.heard, self.sources, resolver.read).left)

    def _asked_by_more(self, answered: SourceAnswer) -> bool:
        """Whether a source was asked with more than the caller told."""
        return answered.by_more_than(self.search.own[answered.source])

    def _may_yet_find(self, answered: SourceAnswer) -> bool:
        if isinstance(answered.reply, MoreNeeded):
            return True
        source = self.sources[answered.source]
        if answered.records:
            by_details = answered.by_details_alone
            return by_details and self.near.of(self.heard).may_have_another(answered, source)
        return answered.empty and any(
            card.name not in answered.tried
            and (card.needs & IDENTIFYING or not answered.conclusive)
            for card in source.adapter.operations
        )
