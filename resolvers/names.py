"""Comparing names: what agrees, what is only near, and what says nothing."""

from collections.abc import Callable, Iterable
from itertools import takewhile
from operator import eq
from typing import Final

from adapters.record import Name
from resolvers.agreement import Agreement, best
from resolvers.nicknames import one_name
from resolvers.wording import fold

_Comparison = Callable[[str, str], Agreement]

_NO_FAMILY: Final = frozenset(
    {
        *("unknown", "not known", "not stated", "not given", "not recorded", "unnamed"),
        *("no name", "no surname", "n a", "n k", "nk", "tba", "tbc", "x", "xx", "xxx"),
    }
)
_NO_GIVEN: Final = _NO_FAMILY | {
    *("baby", "unborn", "infant", "newborn", "twin", "triplet"),
    *("boy", "girl", "male", "female", "child", "na"),
}
_PARTICLES: Final = frozenset(
    {"abu", "bin", "bint", "das", "del", "den", "der", "des", "ibn", "los", "mac", "van", "von"}
)
_SHORTEST_PART = 3  # letters that make a part of a name telling
_SHORTEST_SLIP = 4  # below this, one letter makes another name


def families(names: Iterable[Name]) -> frozenset[str]:
    """The family names, folded; without those that stand for none."""
    folded = (fold(name.family) for name in names)
    return frozenset(family for family in folded if family and family not in _NO_FAMILY)


def givens(names: Iterable[Name]) -> frozenset[str]:
    """The given names, folded, all of one name in one text; without those that stand for none."""
    folded = (fold(" ".join(name.given)) for name in names)
    return frozenset(
        given
        for given in folded
        if given and given not in _NO_GIVEN and given.partition(" ")[0] not in _NO_GIVEN
    )


def compare_families(held: frozenset[str], known: frozenset[str]) -> Agreement:
    """The family names of a record against those known of the child."""
    return _verdict(held, known, _families)


def compare_givens(held: frozenset[str], known: frozenset[str]) -> Agreement:
    """The given names of a record against those known of the child, the first above all."""
    return _verdict(held, known, _givens)


def _verdict(held: frozenset[str], known: frozenset[str], compare: _Comparison) -> Agreement:
    if not held:
        return Agreement.NOT_HELD
    return best(_in_script(h, k, compare) for h in held for k in known)


def _in_script(held: str, known: str, compare: _Comparison) -> Agreement:
    """Two scripts write one name in many ways, so that only equality says anything."""
    if held.isascii() and known.isascii():
        return compare(held, known)
    return Agreement.SAME if held == known else Agreement.NOT_COMPARABLE


def _families(held: str, known: str) -> Agreement:
    if _joined(held) == _joined(known) and len(held) > 1:
        return Agreement.SAME
    near = _telling(held) & _telling(known) or _short_for(held, known) or _slip(held, known)
    return Agreement.NEAR if near else Agreement.DIFFERENT


def _givens(held: str, known: str) -> Agreement:
    mine, theirs = held.split(), known.split()
    if len(mine[0]) > 1 and (_joined(held) == _joined(known) or mine[0] == theirs[0]):
        return Agreement.SAME if _rests_fit(mine[1:], theirs[1:]) else Agreement.NEAR
    near = mine[0] in theirs or theirs[0] in mine or _forms_of_one(mine[0], theirs[0])
    return Agreement.NEAR if near else Agreement.DIFFERENT


def _rests_fit(mine: list[str], theirs: list[str]) -> bool:
    """Whether further given names agree in any; twins may share the first and differ here."""
    initials = {word[0] for word in mine} & {word[0] for word in theirs}
    return not mine or not theirs or bool(initials)


def _forms_of_one(held: str, known: str) -> bool:
    starts = min(len(held), len(known)) >= _SHORTEST_PART and (
        held.startswith(known) or known.startswith(held)
    )
    return starts or _short_for(held, known) or _slip(held, known) or one_name(held, known)


def _short_for(held: str, known: str) -> bool:
    """Whether one of the two is the initial of the other."""
    return min(len(held), len(known)) == 1 and held[0] == known[0]


def _slip(held: str, known: str) -> bool:
    """Whether one letter is wrong, missing or swapped with its neighbour, never the first.

    Not the first, because rhyming names are what twins are given.
    """
    if held[0] != known[0] or min(len(held), len(known)) < _SHORTEST_SLIP:
        return False
    start = _common_start(held, known)
    left, right = held[start:], known[start:]
    end = _common_start(left[::-1], right[::-1])
    left, right = left[: len(left) - end], right[: len(right) - end]
    return max(len(left), len(right)) <= 1 or (len(left) <= len("ab") and left == right[::-1])


def _common_start(first: str, second: str) -> int:
    return sum(1 for _ in takewhile(bool, map(eq, first, second)))


def _telling(family: str) -> set[str]:
    return {p for p in family.split() if len(p) >= _SHORTEST_PART and p not in _PARTICLES}


def _joined(text: str) -> str:
    return text.replace(" ", "")
