"""How one detail of a record stands to what is known of the child."""

from enum import IntEnum
from typing import Final


class Agreement(IntEnum):
    """A detail's verdict, ordered by which of several counts: the highest does.

    NOT_COMPARABLE: nothing known to hold it against. NOT_HELD: not in the record. DISTANT differs,
    but by so little that a bad hand may have written it. The three next fit weakly and neither
    agree nor differ: VAGUE as far as it goes (a year alone, an initial, one part of a double
    name), FORM another form of the name (a nickname), SLIP one slip of a letter or digit.
    """

    NOT_HELD = 0
    NOT_COMPARABLE = 1
    DIFFERENT = 2
    DISTANT = 3
    VAGUE = 4
    FORM = 5
    SLIP = 6
    SAME = 7

    @property
    def fits(self) -> bool:
        """Whether the detail speaks for the child, strongly or weakly."""
        return self >= _VAGUE

    @property
    def strong(self) -> bool:
        """Whether it is the same, but for one slip at most."""
        return self >= _SLIP

    @property
    def silent(self) -> bool:
        """Whether the detail says nothing at all."""
        return self <= _NOT_COMPARABLE


# Bound once, here and where pairs are compared: looking up a member takes longer than comparing.
_VAGUE: Final = Agreement.VAGUE
_SLIP: Final = Agreement.SLIP
_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
