"""Before a record joins by demographics alone, the shield set is searched by demographics too.

It may be a restricted namesake's: a child of the same name and birthday, whose home it would tell.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.contract.identifiers import IDENTIFYING
from adapters.contract.record import Record
from gateway.fanout.source_answer import Keys, SourceAnswer, together
from gateway.fanout.sources import RegisteredSource
from gateway.questions.findings import Findings
from gateway.questions.onward import lessons
from resolvers.child.child import Restriction
from resolvers.matching.namesakes import another_alike, restricted_namesake, told_apart

_DETAILS: Final = frozenset({"given_name", "family_name", "birth_date"})


@dataclass(slots=True)
class NamesakeSearch:
    """`members` are the sources of the shield set that are asked, `own` the caller's details."""

    members: Mapping[str, RegisteredSource]
    own: Mapping[str, Keys]
    _heard: Mapping[str, SourceAnswer] = field(default_factory=dict)
    _closed: bool = False

    def wanted(self, found: Findings) -> Mapping[str, Keys]:
        """By what each member is still to be searched, by source id; none if nothing hangs on it.

        Nothing is among it that an agency's onward rule does not allow.
        """
        if self._closed or found.restriction is not Restriction.NONE_KNOWN:
            return {}
        return self._keys(found, self._is_wanted)

    def before_a_home(self, supposed: Findings) -> Mapping[str, Keys]:
        """By what each member is still to be searched before a told home may count.

        Every one that can be: once a home has counted nobody is searched any more, as that would
        depend on whether it was right. `supposed` are the findings as if she were the likely one.
        """
        if supposed.restriction is not Restriction.NONE_KNOWN:
            return {}
        return self._keys(supposed, self._is_unsearched)

    def over(self, supposed: Findings) -> bool:
        """Whether every member was searched, in full, that may hold her."""
        full = all(answered.whole for answered in self._heard.values())
        return full and not self.before_a_home(supposed) and not self.unlooked(supposed)

    def close(self) -> None:
        """Search nobody any more."""
        self._closed = True

    def hear(self, answers: Mapping[str, SourceAnswer]) -> None:
        """Hear what the members answered, as far as they did."""
        self._heard = {**self._heard, **answers}

    @property
    def looked(self) -> bool:
        """Whether anybody was searched."""
        return bool(self._heard)

    def with_looks(self, answers: Mapping[str, SourceAnswer]) -> Mapping[str, SourceAnswer]:
        """The answers, with what members found when they were searched again."""
        more = {n: together(a, self._heard[n]) for n, a in answers.items() if n in self._heard}
        return {**answers, **more}

    def unlooked(self, found: Findings) -> bool:
        """Whether a member that may hold her without a number could not be searched in full."""
        return any(
            not (name in self._heard and self._heard[name].whole)
            for name, source in self.members.items()
            if self._may_hold_her(found, name, source)
        )

    def _keys(
        self, found: Findings, wanted: Callable[[Findings, str, RegisteredSource], bool]
    ) -> Mapping[str, Keys]:
        names = [
            name
            for name, source in self.members.items()
            if name not in self._heard and wanted(found, name, source)
        ]
        if not names:
            return {}
        taught = lessons(found, self.members)
        return {
            name: {**self.own[name], **taught.get(name, {}), **names_there(found, name)}
            for name in names
        }

    def _is_unsearched(self, found: Findings, name: str, source: RegisteredSource) -> bool:
        if self._may_hold_her(found, name, source):
            return True
        return _searches(source) and not _searched(source, found.answers.get(name))

    def _is_wanted(self, found: Findings, name: str, source: RegisteredSource) -> bool:
        if self._may_hold_her(found, name, source):
            return True
        hangs = bool(found.resolution.loose)
        return hangs and _searches(source) and not _searched(source, found.answers.get(name))

    def _may_hold_her(self, found: Findings, name: str, source: RegisteredSource) -> bool:
        """Whether an empty answer by number, or by what the caller said, leaves it open."""
        answered = found.answers.get(name)
        if answered is None or not answered.empty or answered.conclusive or not _searches(source):
            return False
        if not _searched(source, answered):
            return True
        said = lessons(found, self.members).get(name, {})
        own = self.own[name]
        return any(said.get(key, own[key]) != own[key] for key in _DETAILS & own.keys())

    def leaves_doubt(self, found: Findings) -> bool:
        """Whether a namesake may be restricted: one is, or a member did not answer in full.

        Nobody is searched while it is unknown whether the child herself is restricted. Where there
        is another of her name and birthday, a member that is asked by number alone may restrict
        that one unseen.
        """
        if found.restriction is Restriction.UNKNOWN:
            return bool(found.resolution.loose)
        if not _hang_on_it(found):
            return False
        unsearched = not all(map(_searches, self.members.values()))
        another = unsearched and self.finds_another(found)
        return another or any(self._doubts(found, name) for name in self.members)

    def finds_another(self, found: Findings) -> bool:
        """Whether a member holds another child of her name and birthday, restricted or not."""
        return bool(found.resolution.loose) and another_alike(found.reference, self._held(found))

    def told_apart(self, found: Findings) -> bool:
        """Whether the told home, where it counts, is not that other child's, nor near it."""
        return told_apart(found.reference, self._held(found))

    def _held(self, found: Findings) -> list[Record]:
        """What the members hold that were asked by demographics."""
        answered = (self._answer(found, name) for name in self.members)
        return [record for each in answered if each is not None for record in each.records]

    def _answer(self, found: Findings, name: str) -> SourceAnswer | None:
        """What a member answered by demographics."""
        before = found.answers.get(name)
        return before if _searched(self.members[name], before) else self._heard.get(name)

    def _doubts(self, found: Findings, name: str) -> bool:
        if not _searches(self.members[name]):
            return False
        answered = self._answer(found, name)
        if answered is None or not answered.whole:
            return True
        return restricted_namesake(found.reference, answered.records)


def _hang_on_it(found: Findings) -> bool:
    return found.restriction is Restriction.NONE_KNOWN and bool(found.resolution.loose)


def _searches(source: RegisteredSource) -> bool:
    return any(not card.needs & IDENTIFYING for card in source.adapter.operations)


def _searched(source: RegisteredSource, answered: SourceAnswer | None) -> bool:
    """Whether the source was asked by demographics already."""
    by_details = {c.name for c in source.adapter.operations if not c.needs & IDENTIFYING}
    return answered is not None and not by_details.isdisjoint(answered.tried)


def names_there(found: Findings, source: str) -> Keys:
    """The name and birth date on the source's own record of the child, which it may be told."""
    keys: dict[str, str] = {}
    for record in found.resolution.certain(source):
        keys |= _named(record)
    return keys


def _named(record: Record) -> Keys:
    first = record.names[0] if record.names else None
    born = record.birth_date
    said = {
        "given_name": first.given[0] if first and first.given else None,
        "family_name": first.family if first else None,
        "birth_date": str(born) if born and born.whole else None,
    }
    return {key: value for key, value in said.items() if value}
