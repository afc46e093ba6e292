"""How much sources may bring to be compared: past it, records are shown and none joins."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import groupby
from typing import Final, TypeVar

from adapters.contract.frozen import replace
from resolvers.matching.details import Details

CrowdT = TypeVar("CrowdT", bound=tuple[str, int])
_Way = tuple[frozenset[str], frozenset[str]]  # of saying a name: given names, family names

# Given and family names, each way of saying them once; two words of a long name are one more.
MOST_NAMES: Final = 40  # of one source
MOST_TOGETHER: Final = 120  # of all: those that say most are left out, until the rest is no more
FEW: Final = 4  # a name and a former one: whoever says no more is never left out
_LONGEST: Final = 6


def crowded(held: Mapping[CrowdT, Details]) -> frozenset[CrowdT]:
    """The records of each source that says more names than can be compared, each with each.

    No system knows a child by dozens of names. One that does may be broken or mean harm, and would
    hold up every other agency's answer: the work grows with the square of its names. So it is with
    an agency that spreads them over many sources.
    """
    said: defaultdict[str, set[_Way]] = defaultdict(set)
    for key, each in held.items():
        said[key[0]].add((each.givens, each.families))
    names = {way: _names(way) for way in set[_Way]().union(*said.values())}
    by_source = {source: sum(names[way] for way in ways) for source, ways in said.items()}
    if max(by_source.values(), default=0) <= MOST_NAMES and sum(names.values()) <= MOST_TOGETHER:
        return frozenset()
    most = _most(said, by_source, names)
    return frozenset(key for key in held if by_source[key[0]] > most)


def _most(
    said: Mapping[str, set[_Way]], by_source: Mapping[str, int], names: Mapping[_Way, int]
) -> int:
    """How many names a source may say, so that all who say no more can be compared."""
    most, heard = 0, set[_Way]()
    for level, sources in groupby(sorted(said, key=by_source.__getitem__), by_source.__getitem__):
        heard.update(*(said[source] for source in sources))
        together = sum(names[way] for way in heard)
        if level > FEW and (level > MOST_NAMES or together > MOST_TOGETHER):
            break
        most = level
    return most


def _names(way: _Way) -> int:
    return sum(_parts(text) for texts in way for text in texts)


def _parts(text: str) -> int:
    """How many names a text counts for: its words are compared too, each with each."""
    return max(1, (text.count(" ") + 1) // 2)


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
