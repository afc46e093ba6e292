"""How far a shield reaches: to every record that by any reading may be the child's.

Further records can rule one out (another number is learned) or break the link to it (two teach
different numbers). Either stops it from joining; neither may lift the shield that it bears, so
this only ever grows with the records.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar

from adapters.contract.frozen import replace
from adapters.contract.record import Identifier
from resolvers.comparison.names import compare_givens
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence, weigh
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
    """The records that are reached, and those of them that lead on.

    Names widen as long as records lead on that have others; within one width of them, numbers lead
    from record to record, each looked at once.
    """
    bearing: defaultdict[Identifier, list[K]] = defaultdict(list)
    for key, details in held.items():
        for number in details.identifiers:
            bearing[number].append(key)
    found, leads, names = frozenset[K](), frozenset[K](), known
    while True:
        more, leading_on = _by_numbers(names, held, bearing)
        found, leads = found | more, leads | leading_on
        families = known.families.union(*(_families(known, [held[key] for key in leads])))
        if families == names.families:
            return found, leads
        names = replace(known, families=families)


def _by_numbers(
    names: Details, held: Mapping[K, Details], bearing: Mapping[Identifier, list[K]]
) -> tuple[set[K], set[K]]:
    """The same for what is known with every family name that leads on so far."""
    evidence = {key: weigh(names, details) for key, details in held.items()}
    graded = {key: by_details(each) for key, each in evidence.items()}
    found = {
        key
        for key, each in evidence.items()
        if each.shared or graded[key] is not MatchGrade.CERTAINLY_NOT
    }
    able = {key for key, each in evidence.items() if _may_join(each)}
    leads = [key for key in able if evidence[key].shared or graded[key] is MatchGrade.PROBABLE]
    leading_on = set(leads)
    for key in leads:  # it grows meanwhile
        led = {other for number in held[key].identifiers for other in bearing[number]}
        found |= led
        newly = (led & able) - leading_on
        leading_on |= newly
        leads += newly
    return found, leading_on


def _may_join(evidence: Evidence) -> bool:
    """Whether a record may be hers if a number or a name leads to it."""
    return not (evidence.numbers_differ or evidence.contradicted) and evidence.vouches


def _families(known: Details, teachers: list[Details]) -> Iterator[frozenset[str]]:
    for held in teachers:
        if compare_givens(held.givens, known.givens).fits:
            yield held.families
