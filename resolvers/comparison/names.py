"""Comparing names: what agrees, what is only near, and what says nothing."""

from collections.abc import Callable, Iterable
from typing import Final

from adapters.contract.record import Name
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.common_names import established
from resolvers.comparison.edit_distance import slips
from resolvers.comparison.nicknames import one_name
from resolvers.comparison.normalise import fold

_NOT_HELD: Final = Agreement.NOT_HELD
_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_VAGUE: Final = Agreement.VAGUE
_FORM: Final = Agreement.FORM
_SLIP: Final = Agreement.SLIP
_SAME: Final = Agreement.SAME

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
    {
        *("abu", "al", "ap", "ben", "bin", "bint", "da", "das", "de", "del", "den", "der", "des"),
        *("di", "do", "dos", "du", "el", "ibn", "la", "le", "los", "mac", "mc", "o", "st", "ter"),
        *("ul", "ur", "van", "von", "y", "zu"),
    }
)
_ATTACHED: Final = ("o", "mc", "mac", "al", "el")  # particles that some write in one word
_MOST_COMPARED: Final = 400  # pairs; beyond, a name is neither the same nor another's
_SHORTEST_PART = 3  # letters that make a part of a name telling
_SHORTEST_SLIP = 4  # below this, one letter makes another name
_SHORTEST_TWO_SLIPS = 6  # below this, two letters do


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


def share_further(held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a second or later given name is the same, not an initial alone."""
    further = {word for name in held if " " in name for word in name.split()[1:] if len(word) > 1}
    if not further:
        return False
    return any(word in further for name in known if " " in name for word in name.split()[1:])


def _verdict(held: frozenset[str], known: frozenset[str], compare: _Comparison) -> Agreement:
    """The best that any two say; of more than can be compared, none is the same, and no more."""
    if not held:
        return _NOT_HELD
    common = held & known
    if common and max(map(len, common)) > 1:
        return _SAME
    if len(held) * len(known) > _MOST_COMPARED:
        return _DISTANT
    found = _NOT_COMPARABLE
    for mine in held:
        for theirs in known:
            # Two scripts write one name in many ways, so that only equality says anything.
            if mine.isascii() and theirs.isascii():
                found = max(found, compare(mine, theirs))
            elif mine == theirs:
                found = _SAME
    return found


def _families(held: str, known: str) -> Agreement:
    parted = " " in held or " " in known
    one, other = (_joined(held), _joined(known)) if parted else (held, known)
    if one == other and len(held) > 1:
        return _SAME
    if (parted and _bare(held) == _bare(known)) or _attached(one, other):
        return _SLIP
    if (parted and _distinctive(held) & _distinctive(known)) or _short_for(held, known):
        return _VAGUE
    return _misspelt(one, other)


def _givens(held: str, known: str) -> Agreement:
    mine, theirs = held.split(), known.split()
    one, other = mine[0], theirs[0]
    parted = len(mine) > 1 or len(theirs) > 1
    if len(one) > 1 and (one == other or (parted and _joined(held) == _joined(known))):
        return _SAME if _rests_fit(mine[1:], theirs[1:]) else _VAGUE
    if one in theirs or other in mine or _short_for(one, other):
        return _VAGUE
    if one_name(one, other):
        return _FORM
    # Rhyming names are what twins are given.
    return _misspelt_givens(mine, theirs) if one[0] == other[0] else _DIFFERENT


def _misspelt_givens(mine: list[str], theirs: list[str]) -> Agreement:
    """How far slips or a pet form explain two given names of one first letter."""
    one, other = mine[0], theirs[0]
    found = _misspelt(one, other)
    if found is _SLIP and not (established(one) and established(other)):
        return _SLIP if _rests_fit(mine[1:], theirs[1:]) else _DISTANT
    if _starts(one, other):
        return _FORM
    return _DISTANT if found is _SLIP else found


def _rests_fit(mine: list[str], theirs: list[str]) -> bool:
    """Whether further given names agree in any; twins may share the first and differ here."""
    initials = {word[0] for word in mine} & {word[0] for word in theirs}
    return not mine or not theirs or bool(initials)


def _starts(one: str, other: str) -> bool:
    """Whether one is the beginning of the other, and long enough to be a pet form."""
    long_enough = min(len(one), len(other)) >= _SHORTEST_PART
    return long_enough and (one.startswith(other) or other.startswith(one))


def _short_for(held: str, known: str) -> bool:
    """Whether one of the two is the initial of the other."""
    return min(len(held), len(known)) == 1 and held[0] == known[0]


def _misspelt(one: str, other: str) -> Agreement:
    """How far a slip or two explain the difference; in a first letter, one of a long word does."""
    shortest, shift = min(len(one), len(other)), one[0] != other[0]
    if shortest < _SHORTEST_SLIP + shift:
        return _DIFFERENT
    count = slips(one, other)
    if count <= 1:
        return _SLIP
    forgiven = count == len("ab") and shortest >= _SHORTEST_TWO_SLIPS and not shift
    return _DISTANT if forgiven else _DIFFERENT


def _distinctive(family: str) -> set[str]:
    return {p for p in family.split() if len(p) >= _SHORTEST_PART and p not in _PARTICLES}


def _bare(family: str) -> str:
    """The name without its particles; a name of nothing else stays as it is."""
    return "".join(p for p in family.split() if p not in _PARTICLES) or family


def _attached(held: str, known: str) -> bool:
    """Whether the two differ by a particle written as part of the name ("Brien", "O'Brien")."""
    short, long = (held, known) if len(held) < len(known) else (known, held)
    if len(short) < _SHORTEST_SLIP or not long.endswith(short):
        return False
    return long[: -len(short)] in _ATTACHED


def _joined(text: str) -> str:
    return text.replace(" ", "")
