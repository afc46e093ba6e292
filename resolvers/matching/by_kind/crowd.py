"""How much one source may bring to be compared: past it, its records are shown and none joins."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final, TypeVar

from adapters.contract.frozen import replace
from resolvers.matching.details import Details

CrowdT = TypeVar("CrowdT", bound=tuple[str, int])

MOST_NAMES: Final = 40  # given and family names of one source, each way of saying them once


def crowded(held: Mapping[CrowdT, Details]) -> frozenset[CrowdT]:
    """The records of each source that says more names than can be compared, each with each.

    No system knows a child by dozens of names. One that does may be broken or mean harm, and would
    hold up every other agency's answer: the work grows with the square of its names.
    """
    names = Counter[str]()
    for key, each in held.items():
        names[key[0]] += len(each.givens) + len(each.families)
    many = {source for source, said in names.items() if said > MOST_NAMES}
    if not many:
        return frozenset()
    ways: defaultdict[str, set[tuple[frozenset[str], frozenset[str]]]] = defaultdict(set)
    for key, each in held.items():
        if key[0] in many:
            ways[key[0]].add((each.givens, each.families))
    over = {
        source
        for source, said in ways.items()
        if sum(len(givens) + len(families) for givens, families in said) > MOST_NAMES
    }
    return frozenset(key for key in held if key[0] in over)


def by_first_name(source: str, held: Details) -> Details:
    """What a record of a crowd holds, read by the name that comes first in it alone."""
    if held.record is None:
        return held
    first = replace(held.record, names=held.record.names[:1])
    return replace(Details.of_record(source, first), record=held.record)
