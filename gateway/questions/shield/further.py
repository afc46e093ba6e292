"""By which further numbers the shield set is asked, until its files bear none that is left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.contract.identifiers import IDENTIFYING
from adapters.contract.record import Identifier
from gateway.fanout.route import by_number
from gateway.fanout.source_answer import Keys
from gateway.fanout.sources import RegisteredSource
from gateway.questions.findings import Findings
from gateway.questions.onward import lessons
from gateway.questions.shield.namesakes import names_there

_MOST: Final = 8  # numbers that one source is asked by in one question: three children's, and more


@dataclass(frozen=True, slots=True)
class FurtherNumbers:
    """`members` are the sources of the shield set that are asked, `own` the caller's details."""

    members: Mapping[str, RegisteredSource]
    own: Mapping[str, Keys]

    def wanted(self, views: Iterable[Findings]) -> Mapping[str, tuple[Keys, ...]]:
        """By what each member is asked next, by source id: each time by one number alone.

        `views` are what may be so, of one child or another. Whoever was asked by as many numbers as
        there may be is asked no more: the child is not cleared then.
        """
        wanted: dict[str, dict[Identifier, Keys]] = {}
        for found in views:
            for name, numbers in found.owed.items():
                keys = self._keys(found, name, numbers)
                wanted[name] = {**keys, **wanted.get(name, {})}
        return {name: tuple(keys.values()) for name, keys in wanted.items() if keys}

    def _keys(
        self, found: Findings, name: str, numbers: Iterable[Identifier]
    ) -> dict[Identifier, Keys]:
        taught = lessons(found, self.members).get(name, {})
        told = {**taught, **names_there(found, name), **self.own[name]}
        details = {key: told[key] for key in told.keys() - IDENTIFYING}
        left = _MOST - len(found.answers[name].asked_by)
        every = {each: {**details, each.scheme: each.value} for each in sorted(numbers, key=_order)}
        can = {each: keys for each, keys in every.items() if by_number(self.members[name], keys)}
        return dict(list(can.items())[: max(0, left)])


def _order(number: Identifier) -> tuple[str, str]:
    return number.scheme, number.value
