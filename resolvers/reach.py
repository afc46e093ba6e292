"""How far a shield reaches: to every record that by any reading may be the child's.

Further records can rule one out (another number is learned) or break the link to it (two teach
different numbers). Either stops it from joining; neither may lift the shield that it bears, so
this only ever grows with the records.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from resolvers.details import NUMBERS, Details
from resolvers.evidence import weigh
from resolvers.grade import MatchGrade
from resolvers.grading import Known, grade_details

K = TypeVar("K", bound=Hashable)


def reached(known: Known, held: Mapping[K, Details]) -> frozenset[K]:
    """The records that the reference alone does not exclude, or that a number leads to.

    Numbers lead on from any record that could be certain, whatever others say of it.
    """
    at_first = {
        key
        for key, details in held.items()
        if grade_details(known, details).grade is not MatchGrade.CERTAINLY_NOT
    }
    numbers = _led_to(known.all, [d for d in held.values() if _may_teach(known.all, d)])
    return frozenset(at_first | {key for key, d in held.items() if _shares(d, numbers)})


def _led_to(known: Details, teachers: list[Details]) -> Mapping[str, frozenset[str]]:
    numbers = known.numbers
    while True:
        telling = [d for d in teachers if d.records & known.records or _shares(d, numbers)]
        further = {n: known.numbers[n].union(*(d.numbers[n] for d in telling)) for n in NUMBERS}
        if further == numbers:
            return numbers
        numbers = further


def _may_teach(known: Details, held: Details) -> bool:
    evidence = weigh(known, held)
    return evidence.agrees and not evidence.contradicted and not evidence.numbers_differ


def _shares(held: Details, numbers: Mapping[str, frozenset[str]]) -> bool:
    return any(held.numbers[n] & numbers[n] for n in NUMBERS)
