"""How one detail of a record stands to what is known of the child."""

from enum import IntEnum


class Agreement(IntEnum):
    """A detail's verdict, ordered by which of several counts: the highest does.

    NOT_COMPARABLE: nothing known to hold it against. NOT_HELD: not in the record. DISTANT differs,
    but by so little that a bad hand may have written it. The three next fit weakly and neither
    agree nor differ: VAGUE as far as it goes (a year alone, an initial, one part of a double
    name), FORM another form of the name (a nickname), SLIP one slip of a letter or digit.

    `fits` says whether the detail speaks for the child, strongly or weakly; `strong` whether it is
    the same, but for one slip at most; `silent` whether it says nothing at all.
    """

    fits: bool
    strong: bool
    silent: bool

    NOT_HELD = 0
    NOT_COMPARABLE = 1
    DIFFERENT = 2
    DISTANT = 3
    VAGUE = 4
    FORM = 5
    SLIP = 6
    SAME = 7


# Asked some twenty times in one question, so told once for each verdict.
for _each in Agreement:
    _each.fits = _each >= Agreement.VAGUE
    _each.strong = _each >= Agreement.SLIP
    _each.silent = _each <= Agreement.NOT_COMPARABLE
