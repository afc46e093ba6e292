"""Comparing birth dates: a whole day agrees or differs, anything vaguer is at most near."""

from adapters.dates import PartialDate
from resolvers.agreement import Agreement

_ESTIMATE_YEARS = 2  # how far an estimated date may lie from the true one


def compatible(first: PartialDate, second: PartialDate) -> bool:
    """Whether both may be one day: equal as far as both are known, a 1 January as its year."""
    if first.year != second.year:
        return False
    if first.placeholder or second.placeholder:
        return True
    months_fit = not (first.month and second.month) or first.month == second.month
    days_fit = not (first.day and second.day) or first.day == second.day
    return months_fit and days_fit


def vague(day: PartialDate) -> bool:
    """Whether this is less than a day that somebody knew."""
    return day.placeholder or not day.whole


def compare(held: PartialDate, known: PartialDate, *, estimated: bool = False) -> Agreement:
    """A record's date against a known one; `estimated` says that either is a guess."""
    verdict = _compare(held, known)
    if not estimated:
        return verdict
    if verdict.fits:
        return Agreement.VAGUE
    far = abs(held.year - known.year) > _ESTIMATE_YEARS
    return Agreement.DIFFERENT if far else Agreement.NOT_COMPARABLE


def _compare(held: PartialDate, known: PartialDate) -> Agreement:
    if held == known and not vague(held):
        return Agreement.SAME
    if compatible(held, known):
        return Agreement.VAGUE
    if vague(held) or vague(known):
        placeholder = held.placeholder or known.placeholder
        return Agreement.NOT_COMPARABLE if placeholder else Agreement.DIFFERENT
    return _miswritten(held, known)


def _miswritten(held: PartialDate, known: PartialDate) -> Agreement:
    """How far slips explain it: day and month swapped or one digit another, or two digits."""
    if (held.year, held.month, held.day) == (known.year, known.day, known.month):
        return Agreement.SLIP
    if held.year != known.year and held.month != known.month and held.day != known.day:
        return Agreement.DIFFERENT
    wrong = sum(a != b for a, b in zip(str(held), str(known), strict=False))
    if wrong == 1:
        return Agreement.SLIP
    return Agreement.DISTANT if wrong == len("12") else Agreement.DIFFERENT
