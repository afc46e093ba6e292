"""What an answer asks of the caller: about the child, or else for an agency's sake."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from gateway.model.answer import WholeAnswer
from resolvers.child_need import NeedCode
from resolvers.outcome import Outcome


class Need(StrEnum):
    """What one more exchange may bring."""

    TELL_MORE = "tell one more detail"
    READ_AGAIN = "read it again"
    OF_AGENCY = "an agency needs more"


_NEEDS: Final = {
    NeedCode.TELL_ONE_MORE: Need.TELL_MORE,
    NeedCode.READ_IT_AGAIN: Need.READ_AGAIN,
}


def needs(answer: WholeAnswer) -> Mapping[Need, tuple[str, ...]]:
    """Which of them the answer names, each with the details that it names.

    Of agencies only where the child is shown, and some have a record that waits.
    """
    of_child = {_NEEDS[each.code]: each.details for each in answer.ask}
    waiting = [row.needs for row in answer.rows if row.outcome is Outcome.AMBIGUOUS]
    details = tuple(sorted({detail for needs in waiting for detail in needs}))
    return of_child or ({Need.OF_AGENCY: details} if details else {})
