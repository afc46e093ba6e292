"""How one detail of a record stands to what is known of the child."""

from collections.abc import Iterable
from enum import IntEnum


class Agreement(IntEnum):
    """A detail's verdict, ordered by which of several counts: the highest does.

    NEAR is compatible but weak (a year alone, a nickname, one slip of a digit): it neither agrees
    nor differs. NOT_COMPARABLE: nothing known to hold it against. NOT_HELD: not in the record.
    """

    NOT_HELD = 0
    NOT_COMPARABLE = 1
    DIFFERENT = 2
    NEAR = 3
    SAME = 4

    @property
    def fits(self) -> bool:
        """Whether the detail speaks for the child, strongly or weakly."""
        return self >= Agreement.NEAR

    @property
    def silent(self) -> bool:
        """Whether the detail says nothing at all."""
        return self <= Agreement.NOT_COMPARABLE


def best(verdicts: Iterable[Agreement]) -> Agreement:
    """The verdict that counts of several comparisons of one detail; no comparison says nothing."""
    return max(verdicts, default=Agreement.NOT_COMPARABLE)
