"""Records that are certain by demographics compete: no two of one source, none against another."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from operator import itemgetter
from typing import Final, Self, TypeVar

from adapters.contract.frozen import replace
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import compare_families, parts_of_one
from resolvers.matching.details import NUMBERS, Details
from resolvers.matching.evidence import born_otherwise, weigh

PlaceT = TypeVar("PlaceT", bound=tuple[str, int])

MOST_WAYS: Final = 40  # of saying one child, at one source
_SCORE: Final = itemgetter(0)
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
    for another. Nobody wins at a source that says one child in more ways than can be compared.
    """
    beside, joined = _by_source(bits), _by_source(members)
    contests = {
        source: _Contest.of(beside[source], bits, held, declared=source in duplicates)
        for source in {source for source, _ in certain}
    }
    return frozenset(
        key
        for key in certain
        if contests[key[0]].wins(bits[key], held[key], [held[at] for at in joined[key[0]]])
    )


@dataclass(frozen=True, slots=True)
class _Contest:
    """The records of one source, by the ways in which they say whom they are about.

    A source may hold hundreds of one child that say the same: the ways are compared, each with
    each, and of each way the records that fit best.
    """

    ways: Mapping[Details, list[tuple[float, Details]]]
    declared: bool
    known: dict[tuple[Details, Details], bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        places: Iterable[PlaceT],
        bits: Mapping[PlaceT, float],
        held: Mapping[PlaceT, Details],
        *,
        declared: bool,
    ) -> Self:
        """Of the records at these places, each way's best first."""
        best: defaultdict[Details, dict[Details, float]] = defaultdict(dict)
        for place in places:
            each = held[place]
            ranked = best[each.as_compared]
            ranked[each] = max(bits[place], ranked.get(each, bits[place]))
        ways = {
            way: sorted(((score, each) for each, score in ranked.items()), key=_SCORE, reverse=True)
            for way, ranked in best.items()
        }
        return cls(ways, declared)

    def wins(self, score: float, mine: Details, members: Iterable[Details]) -> bool:
        """Whether there is room for a record, and nobody rivals it."""
        way = mine.as_compared
        if len(self.ways) > MOST_WAYS:
            return False
        if not all(self._twice(way, each.as_compared) for each in members):
            return False
        ahead = (
            (other, next((bits for bits, each in ranked if each != mine), None))
            for other, ranked in self.ways.items()
        )
        return not any(
            bits is not None and bits > score - LEAD_BITS and not self._twice(way, other)
            for other, bits in ahead
        )

    def _twice(self, one: Details, other: Details) -> bool:
        found = self.known.get((one, other))
        if found is None:
            may_be = self.declared or one.shares_number(other)
            found = self.known[one, other] = may_be and repeats(one, other)
        return found


def _by_source(places: Iterable[PlaceT]) -> defaultdict[str, list[PlaceT]]:
    found: defaultdict[str, list[PlaceT]] = defaultdict(list)
    for place in places:
        found[place[0]].append(place)
    return found


def among_them_two(alike: Collection[Details]) -> bool:
    """Whether the numbers of records alike in name and birth date are those of two children."""
    return any(any_apart(held.numbers(n) for held in alike) for n in NUMBERS)


def any_apart(numbers: Iterable[frozenset[str]]) -> bool:
    """Whether two of these have nothing in common, of those that are not empty.

    Agencies may hold thousands of records that all have a number of their own: what one alone has
    is left out, and each is then held against each that differs from it. Of more than can be
    compared two are taken to be apart: no child's files share her numbers in so many ways.
    """
    said = {each for each in numbers if each}
    if len(said) < len("ab") or frozenset.intersection(*said):
        return False
    times = Counter(chain.from_iterable(said))
    common = {frozenset(number for number in each if times[number] > 1) for each in said}
    if frozenset() in common or len(common) > MOST_WAYS:
        return True
    return any(one.isdisjoint(other) for one, other in combinations(common, 2))


def contradict(first: Details, second: Details) -> bool:
    """Whether both have a number of one scheme and none in common."""
    return any(
        first.numbers(n) and second.numbers(n) and first.numbers(n).isdisjoint(second.numbers(n))
        for n in NUMBERS
    )


def differ_as_people(first: Details, second: Details, child: Details | None = None) -> bool:
    """Whether a name or birth date of one evidently differs from the other's.

    Not where each has a part of one given name that is known of the `child`; nor where one has no
    given name, as a newborn's, and both have a family name that is known of her.
    """
    if _told_alike(first, second):
        return False
    if _called_alike(first, second):
        # Whatever the surnames are: dozens may each be misspelt in their own way.
        return born_otherwise(first, second) or born_otherwise(second, first)
    one_sex = first.sex is second.sex or None in (first.sex, second.sex)
    if child and one_sex and parts_of_one(first.givens, second.givens, child.givens):
        second = replace(second, givens=first.givens)
    if child and not (first.givens and second.givens) and _of_her_families(child, first, second):
        second = replace(second, families=first.families)
    return weigh(first, second).contradicted or weigh(second, first).contradicted


def _of_her_families(child: Details, *files: Details) -> bool:
    return all(compare_families(file.families, child.families).strong for file in files)


def _told_alike(first: Details, second: Details) -> bool:
    """Whether both say the same of whom they are about, be it nothing: as most members do."""
    return (
        first.birth_dates == second.birth_dates
        and first.families == second.families
        and first.givens == second.givens
        and first.estimates == second.estimates
        and first.sex is second.sex
    )


def _called_alike(first: Details, second: Details) -> bool:
    """Whether a given name of both is the same, and more than an initial."""
    return any(len(name) > 1 for name in first.givens & second.givens)


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
