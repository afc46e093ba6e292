"""Which numbers may have been replaced by others, as far as an identity source has not denied it.

A number that was merged into another is unknown wherever her record has the new one. Only an
identity source that answers under the new number can say so. While it has not answered, nobody
proves by such a number that a child has no record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.contract.record import Identifier
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource

_NOTHING = frozenset[str]()


@dataclass(frozen=True, slots=True)
class MayBeRenewed:
    """`schemes` whose every number may have been replaced, and `numbers` that evidently were."""

    schemes: frozenset[str] = frozenset()
    numbers: frozenset[Identifier] = frozenset()

    def leaves(self, absent: frozenset[Identifier]) -> frozenset[Identifier]:
        """Those of these numbers by which nobody being there proves that she is not."""
        if not (self.schemes or self.numbers):
            return absent
        return frozenset(i for i in absent if i.scheme not in self.schemes) - self.numbers


NOTHING_RENEWED: Final = MayBeRenewed()


def may_be_renewed(
    answers: Mapping[str, SourceAnswer], spine: Iterable[RegisteredSource]
) -> MayBeRenewed:
    """What the identity sources that have been heard leave open."""
    heard = [(answers[s.id], s.renews) for s in spine if s.renews and s.id in answers]
    if not heard:
        return NOTHING_RENEWED
    silent = (renews for answered, renews in heard if not said_all(answered))
    numbers = (answered.replaced for answered, _ in heard)
    return MayBeRenewed(_NOTHING.union(*silent), frozenset[Identifier]().union(*numbers))


def said_all(answered: SourceAnswer) -> bool:
    """Whether a source said all that it holds by what it was asked with.

    One that finds nobody and was not seen to find anybody has said nothing.
    """
    return answered.whole and not answered.unproven
