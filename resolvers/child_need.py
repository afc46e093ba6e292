"""What is asked of the caller about the child as a whole, in codes and in whole sentences."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from adapters.contract.frozen import plainly_made


class NeedCode(StrEnum):
    """What is asked of the caller about the child as a whole."""

    TELL_ONE_MORE = "TELL_ONE_MORE"
    READ_IT_AGAIN = "READ_IT_AGAIN"


SENTENCES: Final = MappingProxyType(
    {
        NeedCode.TELL_ONE_MORE: "What you told is not enough to be sure of the child. Tell the"
        " first of these details that you know, and ask again.",
        NeedCode.READ_IT_AGAIN: "No record that was found is certain to be this child's. Check"
        " these details as you typed them, and ask again if one was wrong, or if another paper has"
        " the name in another way.",
    }
)


@plainly_made
@dataclass(frozen=True, slots=True)
class ChildNeed:
    """`details` are the names of those that would do, as `needs` of an agency's row has them.

    Those to tell come in order of how much each helps.
    """

    code: NeedCode
    details: tuple[str, ...] = ()
