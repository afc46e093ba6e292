"""How much sources may bring to be compared: past it, records are shown and none joins."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Final, TypeVar

from adapters.contract.frozen import replace
from resolvers.matching.details import Details

CrowdT = TypeVar("CrowdT", bound=tuple[str, int])
_Way = tuple[frozenset[str], frozenset[str]]  # of saying a name: given names, family names
_Ways = dict[str, set[_Way]]  # by source

# Given and family names, each way of saying them once; two words of a long name are one more.
MOST_NAMES: Final = 40  # of one source
MOST_TOGETHER: Final = 120  # of all: those that say most are left out, until the rest is no more
FEW: Final = 4  # a name and a former one: whoever says no more is never left out
MOST_PERSONS: Final = 120  # sets of names with birth dates, each compared with each
_LONGEST: Final = 6
_UNNUMBERED: Final = ""


def crowded(
    held: Mapping[CrowdT, Details], duplicates: Collection[str] = frozenset()
) -> frozenset[CrowdT]:
    """The records of each source that says more names of one child than can be compared.

    No system knows a child by dozens of names. One that does may be broken or mean harm, and would
    hold up every other agency's answer: the work grows with the square of its names. So it is with
    an agency that spreads them over many sources.

    Names under one number count together, as only such records may be one child's. A register may
    well find thirty children of one surname and birthday. `duplicates`: the sources
    that may hold a child twice without a number.
    """
    every = {(each.givens, each.families) for each in held.values()}
    names = {way: _names(way) for way in every}
    if sum(names.values()) <= MOST_NAMES:
        return frozenset()
    by_number = _by_number(held, duplicates, names).values()
    over = frozenset(source for said in by_number for source in _over(said, names))
    return frozenset(key for key in held if key[0] in over)


def _by_number(
    held: Mapping[CrowdT, Details], duplicates: Collection[str], names: Mapping[_Way, int]
) -> dict[str, _Ways]:
    """How each source names whom it holds under each number.

    Of those without a number one joins for each source, so its longest is what counts.
    """
    found: defaultdict[str, defaultdict[str, set[_Way]]] = defaultdict(lambda: defaultdict(set))
    for key, each in held.items():
        way = each.givens, each.families
        for number in each.nhs_numbers | each.upns:
            found[number][key[0]].add(way)
        if not (each.nhs_numbers or each.upns):
            said = found[_UNNUMBERED][key[0]]
            if key[0] not in duplicates and said:
                way = max(way, said.pop(), key=names.__getitem__)
            said.add(way)
    return {number: dict(said) for number, said in found.items()}


def persons_beyond(held: Mapping[Details, Collection[CrowdT]]) -> frozenset[Details]:
    """The persons that too few sources say, of more than can be compared with each other.

    Those that fewest sources say are left out, until the rest is no more than that. So hundreds of
    sources that each say her in a way of their own cost none of those that say the same.
    """
    if len(held) <= MOST_PERSONS:
        return frozenset()
    sources = {person: len({source for source, _ in keys}) for person, keys in held.items()}
    ranked = sorted(sources.values(), reverse=True)
    return frozenset(person for person, said in sources.items() if said <= ranked[MOST_PERSONS])


def _over(said: _Ways, names: Mapping[_Way, int]) -> set[str]:
    """The sources that say most under one number, so that all others can be compared."""
    most = {source: sum(names[way] for way in ways) for source, ways in said.items()}
    heard = set[_Way]()
    for level, sources in groupby(sorted(said, key=most.__getitem__), most.__getitem__):
        heard.update(*(said[source] for source in sources))
        together = sum(names[way] for way in heard)
        if level > FEW and (level > MOST_NAMES or together > MOST_TOGETHER):
            return {source for source, names_said in most.items() if names_said >= level}
    return set()


def _names(way: _Way) -> int:
    """How many names the texts count for: their words are compared too, each with each."""
    return sum([max(1, (text.count(" ") + 1) // 2) for texts in way for text in texts])


def without_crowds(
    held: Mapping[CrowdT, Details], duplicates: Collection[str] = frozenset()
) -> tuple[dict[CrowdT, Details], frozenset[CrowdT]]:
    """What every record holds, those of a crowd read by one name; and which these are."""
    crowd = crowded(held, duplicates)
    return {**held, **{key: by_first_name(key[0], held[key]) for key in crowd}}, crowd


def by_first_name(source: str, held: Details) -> Details:
    """What a record of a crowd holds, read by the name that comes first in it alone.

    By none, where that one is no name but a text.
    """
    if held.record is None:
        return held
    first = replace(held.record, names=held.record.names[:1])
    read = Details.of_record(source, first)
    if _names((read.givens, read.families)) > _LONGEST:
        read = Details.of_record(source, replace(first, names=()))
    return replace(read, record=held.record)
