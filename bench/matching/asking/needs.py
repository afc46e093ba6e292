"""What an answer asks of the caller, at the level of the child."""

from enum import StrEnum
from typing import Final

from gateway.model.answer import WholeAnswer
from resolvers.exchange import NeedCode


class Need(StrEnum):
    """What one more exchange may bring."""

    TELL_MORE = "tell one more detail"
    READ_AGAIN = "read it again"


_NEEDS: Final = {
    NeedCode.TELL_ONE_MORE: Need.TELL_MORE,
    NeedCode.READ_IT_AGAIN: Need.READ_AGAIN,
}


def needs(answer: WholeAnswer) -> frozenset[Need]:
    """Which of them the answer names."""
    return frozenset(_NEEDS[each.code] for each in answer.ask)
