"""How far a shield reaches: to every record that by any reading may be the child's.

Further records can rule one out (another number is learned) or break the link to it (two teach
different numbers). Either stops it from joining; neither may lift the shield that it bears, so
this only ever grows with the records.
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar

from adapters.contract.frozen import replace
from resolvers.comparison.names import compare_givens
from resolvers.matching.details import Details
from resolvers.matching.evidence import weigh
from resolvers.matching.grade import MatchGrade
from resolvers.matching.grading import by_details

K = TypeVar("K", bound=Hashable)


def reached(known: Details, held: Mapping[K, Details]) -> frozenset[K]:
    """The records that what is known does not exclude, or that a number or a name leads to.

    Numbers and family names lead on from any record that could join, whatever others say of it.
    """
    return _spread(known, held)[0]


def leading(known: Details, held: Mapping[K, Details]) -> frozenset[K]:
    """The records whose numbers lead on: what is marked under one of these may be the child's."""
    return _spread(known, held)[1]


def _spread(known: Details, held: Mapping[K, Details]) -> tuple[frozenset[K], frozenset[K]]:
    """The records that are reached, and those of them that lead on."""
    found, leads = frozenset[K](), frozenset[K]()
    names, numbers = known, known
    while True:
        wider = found | {key for key, d in held.items() if _may_be(names, numbers, d)}
        joining = leads | {key for key in wider if _may_join(names, numbers, held[key])}
        if (wider, joining) == (found, leads):
            return found, leads
        found, leads = wider, joining
        teachers = [held[key] for key in leads]
        names = replace(known, families=known.families.union(*(_families(known, teachers))))
        numbers = replace(
            known,
            nhs_numbers=known.nhs_numbers.union(*(d.nhs_numbers for d in teachers)),
            upns=known.upns.union(*(d.upns for d in teachers)),
        )


def _may_be(names: Details, numbers: Details, held: Details) -> bool:
    """`names` is what is known with every family name that leads on, `numbers` with the numbers."""
    if held.shares_number(numbers) or not held.records.isdisjoint(numbers.records):
        return True
    return by_details(weigh(names, held)) is not MatchGrade.CERTAINLY_NOT


def _may_join(names: Details, numbers: Details, held: Details) -> bool:
    evidence = weigh(names, held)
    if evidence.numbers_differ or evidence.contradicted or not evidence.vouches:
        return False
    led = held.shares_number(numbers) or evidence.shared
    return led or by_details(evidence) is MatchGrade.PROBABLE


def _families(known: Details, teachers: list[Details]) -> Iterator[frozenset[str]]:
    for held in teachers:
        if compare_givens(held.givens, known.givens).fits:
            yield held.families
