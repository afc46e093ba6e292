"""Whether the number in a question may be another child's, so that nobody is certain by it.

A caller may read out a twin's number, and a clerk may have written it on the wrong file. Then the
child's own record fits what the caller said better than any that bears the number. It is shown, as
differing in the number: a wrong number must not hide the right child.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final, TypeVar

from resolvers.comparison.agreement import Agreement
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence, weigh

K = TypeVar("K", bound=Hashable)

_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_VAGUE: Final = Agreement.VAGUE
_SAME: Final = Agreement.SAME


def fitting_better(
    stated: Details, held: Mapping[K, Details], found: Mapping[K, Evidence]
) -> frozenset[K]:
    """The records that fit what was stated in full while none with the number asked for does.

    Those that bear another number, or none where each that bears it has a given name that is not
    near. Empty where the number is not in doubt.
    """
    if not _may_be_wrong(stated):
        return frozenset()
    likely = {key: each for key, each in found.items() if in_full(each) and not _bears(each)}
    full = {key: e for key, e in likely.items() if in_full(weigh(stated, held[key]))}
    if not full:
        return frozenset()
    bearers = [weigh(stated, held[key]) for key, each in found.items() if _bears(each)]
    if any(map(in_full, bearers)):
        return frozenset()
    if any(each.numbers_differ for each in full.values()):
        return frozenset(full)
    return frozenset(full) if _evidently_another(bearers) else frozenset()


def shown_in_doubt(stated: Details, held: Mapping[K, Details]) -> frozenset[K]:
    """The records that could be shown, were the number in doubt: so far a shield reaches too."""
    if not _may_be_wrong(stated):
        return frozenset()
    return frozenset(key for key, each in held.items() if in_full(weigh(stated, each)))


def _may_be_wrong(stated: Details) -> bool:
    """Whether a name and a date were stated beside a number, so that one can deny the other."""
    return bool(stated.givens and stated.birth_dates and (stated.nhs_numbers or stated.upns))


def _bears(evidence: Evidence) -> bool:
    return evidence.shared and not evidence.numbers_differ


def in_full(evidence: Evidence) -> bool:
    """Whether the very given name, the family name but for a slip, and the whole date fit.

    Nothing could fit better: no later record can put the number of such a one in doubt.
    """
    called = evidence.given_name is _SAME and evidence.name.strong
    return called and evidence.birth_date is _SAME


def _evidently_another(bearers: Iterable[Evidence]) -> bool:
    names = [each.given for each in bearers]
    return bool(names) and all(_NOT_COMPARABLE < given < _VAGUE for given in names)
