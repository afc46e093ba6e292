"""What an answer asks of the caller, at the level of the child."""

from enum import StrEnum

from gateway.model.answer import WholeAnswer


class Need(StrEnum):
    """What one more exchange may bring."""

    TELL_MORE = "tell one more detail"
    READ_AGAIN = "read it again"


def needs(answer: WholeAnswer) -> frozenset[Need]:
    """Which of them the answer names."""
    del answer
    return frozenset()
