"""Records that are certain by demographics compete: no two of one source, none against another."""

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Final, TypeVar

from adapters.contract.frozen import replace
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import parts_of_one
from resolvers.matching.details import NUMBERS, Details
from resolvers.matching.evidence import weigh

PlaceT = TypeVar("PlaceT", bound=tuple[str, int])

LEAD_BITS: Final = 10.0  # how far ahead of its nearest rival a record must be to join


def winners(
    certain: Collection[PlaceT],
    members: Collection[PlaceT],
    bits: Mapping[PlaceT, float],
    held: Mapping[PlaceT, Details],
    duplicates: Collection[str],
) -> frozenset[PlaceT]:
    """Those of `certain` that nobody rivals; `bits` are the scores of all that are not excluded.

    A rival is another record of the same source, unless it repeats the record under a number of
    both, or the source declares duplicates. A member that the source already has leaves no room
    for another.
    """

    def twice(one: PlaceT, other: PlaceT) -> bool:
        may_be = one[0] in duplicates or held[one].shares_number(held[other])
        return may_be and repeats(held[one], held[other])

    def rivals(one: PlaceT, other: PlaceT) -> bool:
        if bits[other] <= bits[one] - LEAD_BITS or one == other:
            return False
        same_source = one[0] == other[0]
        return same_source and held[one] != held[other] and not twice(one, other)

    def has_room(key: PlaceT) -> bool:
        return not any(member[0] == key[0] and not twice(key, member) for member in members)

    return frozenset(
        key for key in certain if has_room(key) and not any(rivals(key, other) for other in bits)
    )


def among_them_two(alike: Collection[Details]) -> bool:
    """Whether the numbers of records alike in name and birth date are those of two children."""
    return any(contradict(one, other) for one, other in combinations(alike, 2))


def contradict(first: Details, second: Details) -> bool:
    """Whether both have a number of one scheme and none in common."""
    return any(
        first.numbers(n) and second.numbers(n) and first.numbers(n).isdisjoint(second.numbers(n))
        for n in NUMBERS
    )


def differ_as_people(first: Details, second: Details, called: frozenset[str] = frozenset()) -> bool:
    """Whether a name or birth date of one evidently differs from the other's.

    Not where each has a part of one of these given names that the child is `called` by.
    """
    if _told_alike(first, second):
        return False
    one_sex = first.sex is second.sex or None in (first.sex, second.sex)
    if one_sex and parts_of_one(first.givens, second.givens, called):
        second = replace(second, givens=first.givens)
    return weigh(first, second).contradicted or weigh(second, first).contradicted


def _told_alike(first: Details, second: Details) -> bool:
    """Whether both say the same of whom they are about, be it nothing: as most members do."""
    return (
        first.birth_dates == second.birth_dates
        and first.families == second.families
        and first.givens == second.givens
        and first.estimates == second.estimates
        and first.sex is second.sex
    )


def repeats(first: Details, second: Details) -> bool:
    """Whether nothing in either speaks against their being one child's.

    A letter's difference in the given name does: a twin's may be one letter away.
    """
    if contradict(first, second):
        return False
    there, back = weigh(first, second), weigh(second, first)
    return not any(
        Agreement.DISTANT in (e.name, e.birth_date)
        or e.given_name is Agreement.SLIP
        or e.contradicted
        for e in (there, back)
    )
