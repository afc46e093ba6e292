"""Before a record joins by demographics alone, the shield set is searched by demographics too.

It may be a restricted namesake's: a child of the same name and birthday, whose home it would tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.contract.contract import NoRecord, Records
from adapters.contract.record import Record
from gateway.fanout.order import Keys
from gateway.fanout.plan import IDENTIFYING
from gateway.fanout.source_call import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from gateway.questions.findings import Findings
from gateway.questions.onward import lessons
from resolvers.child.child import Restriction
from resolvers.matching.namesakes import restricted_namesake


@dataclass(slots=True)
class NamesakeSearch:
    """`members` are the sources of the shield set that are asked, `own` the caller's details."""

    members: Mapping[str, RegisteredSource]
    own: Mapping[str, Keys]
    _heard: Mapping[str, SourceAnswer] = field(default_factory=dict)

    def wanted(self, found: Findings) -> Mapping[str, Keys]:
        """By what each member is still to be searched, by source id; none if nothing hangs on it.

        Nothing is among it that an agency's onward rule does not allow.
        """
        if not _hang_on_it(found):
            return {}
        taught = lessons(found, self.members)
        return {
            name: {**taught.get(name, {}), **_names_there(found, name), **self.own[name]}
            for name, source in self.members.items()
            if _searches(source) and not _searched(source, found.answers.get(name))
        }

    def hear(self, answers: Mapping[str, SourceAnswer]) -> None:
        """Hear what the members answered, as far as they did."""
        self._heard = answers

    def leaves_doubt(self, found: Findings) -> bool:
        """Whether a namesake may be restricted: one is, or a member did not answer in full.

        Nobody is searched while it is unknown whether the child herself is restricted.
        """
        if found.restriction is Restriction.UNKNOWN:
            return bool(found.resolution.loose)
        return _hang_on_it(found) and any(self._doubts(found, name) for name in self.members)

    def _doubts(self, found: Findings, name: str) -> bool:
        source = self.members[name]
        if not _searches(source):
            return False
        before = found.answers.get(name)
        answered = before if _searched(source, before) else self._heard.get(name)
        if answered is None or not isinstance(answered.reply, Records | NoRecord):
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


def _names_there(found: Findings, source: str) -> Keys:
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
