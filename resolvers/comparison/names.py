"""Comparing names: what agrees, what is only near, and what says nothing."""

from collections.abc import Callable, Iterable
from typing import Final

from adapters.contract.record import Name
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.given_names import compare_given_names
from resolvers.comparison.naming import NO_FAMILY, NO_GIVEN, SHARED, TITLES
from resolvers.comparison.normalise import fold
from resolvers.comparison.surnames import compare_surnames, surname_in

_NOT_HELD: Final = Agreement.NOT_HELD
_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_SAME: Final = Agreement.SAME

_Comparison = Callable[[str, str], Agreement]

_MOST_COMPARED: Final = 400  # pairs; beyond, a name is neither the same nor another's
_IDLE: Final = SHARED | TITLES


def families(names: Iterable[Name]) -> frozenset[str]:
    """The family names, folded; without those that stand for none."""
    folded = (fold(name.family) for name in names)
    return frozenset(family for family in folded if family and family not in NO_FAMILY)


def givens(names: Iterable[Name]) -> frozenset[str]:
    """The given names, folded, all of one name in one text; without those that stand for none."""
    folded = (fold(" ".join(name.given)) for name in names)
    return frozenset(
        given
        for given in folded
        if given and given not in NO_GIVEN and given.partition(" ")[0] not in NO_GIVEN
    )


def compare_families(held: frozenset[str], known: frozenset[str]) -> Agreement:
    """The family names of a record against those known of the child."""
    return _verdict(held, known, compare_surnames)


def compare_givens(held: frozenset[str], known: frozenset[str]) -> Agreement:
    """The given names of a record against those known of the child, the first above all."""
    return _verdict(held, known, compare_given_names)


def share_further(held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a second or later given name is the same: no initial, and none that many share."""
    further = _further(held)
    return bool(further) and not further.isdisjoint(_further(known))


def chained(
    families: frozenset[str], givens: frozenset[str], other: frozenset[str], others: frozenset[str]
) -> bool:
    """Whether a family name of one stands among the further given names of the other.

    So it is where a father's name, or a title, stands last on one record and second on another.
    """
    return any(surname_in(family, _behind(others)) for family in families) or any(
        surname_in(family, _behind(givens)) for family in other
    )


def call_otherwise(held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether both go on after the first given name, and no word there is the other's too.

    So it is with twins who share the first.
    """
    mine, theirs = _behind(held) - TITLES, _behind(known) - TITLES
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def same_initial(held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether two given names begin with one letter, as most pet names do with their own."""
    return not {name[0] for name in held}.isdisjoint(name[0] for name in known)


def _behind(givens: frozenset[str]) -> frozenset[str]:
    """Every word of these given names but the first of each."""
    return frozenset(word for name in givens if " " in name for word in name.split()[1:])


def _further(givens: frozenset[str]) -> frozenset[str]:
    """What stands behind the word that somebody is called by, and tells something."""
    found = set[str]()
    for name in givens:
        if " " in name:
            words = [word for word in name.split() if word not in _IDLE]
            found.update(word for word in words[1:] if len(word) > 1)
    return frozenset(found)


def _verdict(held: frozenset[str], known: frozenset[str], compare: _Comparison) -> Agreement:
    """The best that any two say; of more than can be compared, none is the same, and no more.

    Where a title says nothing of the family, no other name of that person excludes the child.
    """
    if not held:
        return _NOT_HELD
    common = held & known
    if common and max(map(len, common)) > 1:
        return _SAME
    if len(held) * len(known) > _MOST_COMPARED:
        return _DISTANT
    found, unsaid = _NOT_COMPARABLE, False
    for mine in held:
        for theirs in known:
            # Two scripts write one name in many ways, so that only equality says anything.
            if mine.isascii() and theirs.isascii():
                verdict = compare(mine, theirs)
                unsaid = unsaid or verdict is _NOT_COMPARABLE
                found = max(found, verdict)
            elif mine == theirs:
                found = _SAME
    return _NOT_COMPARABLE if unsaid and found is _DIFFERENT else found
