"""Comparing birth dates: a whole day agrees or differs, anything vaguer is at most near."""

from datetime import date
from operator import ne
from typing import Final

from adapters.contract.dates import PartialDate
from resolvers.comparison.agreement import Agreement

_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_VAGUE: Final = Agreement.VAGUE
_SLIP: Final = Agreement.SLIP
_SAME: Final = Agreement.SAME

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
        return _VAGUE
    far = abs(held.year - known.year) > _ESTIMATE_YEARS
    return _DIFFERENT if far else _NOT_COMPARABLE


def _compare(held: PartialDate, known: PartialDate) -> Agreement:
    if held == known:
        return _VAGUE if vague(held) else _SAME
    if not (vague(held) or vague(known)):
        return _miswritten(held, known)
    if compatible(held, known):
        return _VAGUE
    placeholder = held.placeholder or known.placeholder
    return _NOT_COMPARABLE if placeholder else _DIFFERENT


def _miswritten(held: PartialDate, known: PartialDate) -> Agreement:
    """How far slips explain it: day and month swapped, one digit another, the next day; or two."""
    same_year = held.year == known.year
    if same_year and held.month == known.day and held.day == known.month:
        return _SLIP
    if not same_year and held.month != known.month and held.day != known.day:
        return _DIFFERENT
    wrong = sum(map(ne, _digits(held), _digits(known)))
    if wrong == 1 or (same_year and _next_to(held, known)):
        return _SLIP
    return _DISTANT if wrong == len("12") else _DIFFERENT


def _next_to(held: PartialDate, known: PartialDate) -> bool:
    """Whether one is the day after the other: midnight of a summer's day is 11 p.m. in UTC."""
    days = (date(each.year, each.month, each.day).toordinal() for each in (held, known))
    return abs(next(days) - next(days)) == 1


def _digits(day: PartialDate) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"
