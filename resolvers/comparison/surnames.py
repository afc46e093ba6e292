"""Two family names compared: divided, gendered, with and without particles and titles."""

from typing import Final

from resolvers.comparison.agreement import Agreement
from resolvers.comparison.edit_distance import slips
from resolvers.comparison.naming import ATTACHED, GENDERED, LITHUANIAN, PARTICLES, TITLES
from resolvers.comparison.nicknames import one_spelling
from resolvers.comparison.normalise import fold
from resolvers.comparison.spelling import (
    SHORTEST_PART,
    SHORTEST_SLIP,
    joined,
    misspelt,
    short_for,
    sound_alike,
)

_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_VAGUE: Final = Agreement.VAGUE
_FORM: Final = Agreement.FORM
_SLIP: Final = Agreement.SLIP
_SAME: Final = Agreement.SAME

_IDLE: Final = PARTICLES | TITLES
_VOWELS: Final = frozenset("aeiouy")
_SHORTEST_CUT: Final = 5  # letters that a field leaves at least


def compare_surnames(held: str, known: str) -> Agreement:
    """Two folded family names; NOT_COMPARABLE where one is a title, which is of no family."""
    parted = " " in held or " " in known
    one, other = (joined(held), joined(known)) if parted else (held, known)
    if one == other and len(held) > 1:
        return _SAME
    if _titled(held) or _titled(known):
        return _of_titles(held, known)
    if parted and (found := _in_parts(held, known)):
        return max(found, _SLIP) if misspelt(one, other) is _SLIP else found
    if short_for(held, known):
        return _VAGUE
    found = _in_one(one, other)
    return max(found, _VAGUE) if parted and _abbreviated(held, known) else found


def surname_parts(family: str) -> tuple[str, ...]:
    """The names that a surname as it was told is made of, without particles and titles.

    Nothing where it is one name that needs none left out.
    """
    words = family.replace("-", " ").split()
    parts = tuple(word for word in words if _tells(fold(word)))
    return parts if len(words) > 1 else ()


def surname_in(family: str, words: frozenset[str]) -> bool:
    """Whether a telling part of a family name is among these words: a father's name, or a title."""
    return any(part in words for part in family.split() if _tells(part) or part in TITLES)


def _in_one(one: str, other: str) -> Agreement:
    if _attached(one, other) or one_spelling(one, other):
        return _SLIP
    found = _SLIP if _miskeyed(one, other) else misspelt(one, other)
    if found is _SLIP or one[0] != other[0]:
        return found
    if _inflected(one, other):
        return _SLIP
    if _cut_off(one, other):
        return _VAGUE
    near = found is _DIFFERENT and (sound_alike(one, other) or _short_slip(one, other))
    return _DISTANT if near else found


def _abbreviated(held: str, known: str) -> bool:
    """Whether one is the other with its first half by an initial ("G/Selassie", Gebreselassie)."""
    pairs = (held, joined(known)), (known, joined(held))
    return any(_begins_and_ends(*short.partition(" ")[::2], long) for short, long in pairs)


def _begins_and_ends(initial: str, ending: str, long: str) -> bool:
    if len(initial) != 1 or initial in PARTICLES or len(ending) < SHORTEST_SLIP:
        return False
    return long[0] == initial and long.endswith(ending)


def _cut_off(one: str, other: str) -> bool:
    """Whether one is the beginning of the other, as of a name cut to a field's length."""
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return len(short) >= _SHORTEST_CUT and long.startswith(short)


def _miskeyed(one: str, other: str) -> bool:
    """Whether a letter pressed twice, or a vowel left out, parts two short names (Leee, Khn).

    Shorter ones than a slip is forgiven in: there another letter makes another name.
    """
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if len(short) != SHORTEST_PART or slips(one, other) != 1 or len(long) == len(short):
        return False
    twice = (n for n in range(1, len(long)) if long[n] == long[n - 1])
    return _VOWELS.isdisjoint(short) or any(long[:n] + long[n + 1 :] == short for n in twice)


def _short_slip(one: str, other: str) -> bool:
    """Whether a slip parts two names of three letters: too short to agree, too near to drop."""
    return len(one) == len(other) == SHORTEST_PART and slips(one, other) == 1


def _in_parts(held: str, known: str) -> Agreement | None:
    """What the parts say where they say anything: all of them in any order, or one of several.

    A FORM where one side has parts of the other's and no others: cousins have another one.
    """
    mine, theirs = held.split(), known.split()
    if sorted(mine) == sorted(theirs):
        return _SLIP
    one, other = _bare(mine), _bare(theirs)
    if one == other or _lenited(mine, theirs, one, other):
        return _SLIP
    ours, others = {*filter(_tells, mine)}, {*filter(_tells, theirs)}
    if ours and others and (ours <= others or others <= ours):
        return _SLIP if {*mine} - _IDLE == {*theirs} - _IDLE else _FORM
    return _VAGUE if ours & others else None


def _lenited(mine: list[str], theirs: list[str], one: str, other: str) -> bool:
    """Whether particles alone, and a softened letter, part them ("O Briain", "Ni Bhriain")."""
    both = mine[0] in PARTICLES and theirs[0] in PARTICLES
    return both and misspelt(one, other) is _SLIP


def _titled(family: str) -> bool:
    return family in TITLES or (" " in family and all(part in TITLES for part in family.split()))


def _of_titles(held: str, known: str) -> Agreement:
    """A title agrees with its own other spelling; against anything else it says nothing."""
    alike = one_spelling(held, known) or misspelt(held, known) is _SLIP
    return _SLIP if alike else _NOT_COMPARABLE


def _inflected(one: str, other: str) -> bool:
    """Whether the two are a man's and a woman's form of one family name."""
    if any(_forms(one, other, *pair) or _forms(other, one, *pair) for pair in GENDERED):
        return True
    return _lithuanian(one, other)


def _forms(his: str, hers: str, man: str, woman: str) -> bool:
    stem = his[: len(his) - len(man)]
    long_enough = len(stem) + len(man) // 2 >= SHORTEST_PART
    return his.endswith(man) and long_enough and hers == stem + woman


def _lithuanian(one: str, other: str) -> bool:
    stems = {stem for stem in map(_lithuanian_stem, (one, other)) if len(stem) >= SHORTEST_PART}
    return len(stems) == 1 and any(each.endswith(("te", "iene")) for each in (one, other))


def _lithuanian_stem(family: str) -> str:
    ending = next((e for e in LITHUANIAN if family.endswith(e)), "")
    return family[: len(family) - len(ending)]


def _tells(part: str) -> bool:
    return len(part) >= SHORTEST_PART and part not in _IDLE


def _bare(parts: list[str]) -> str:
    """The name without particles and titles; a name of nothing else stays as it is."""
    return "".join(p for p in parts if p not in _IDLE) or "".join(parts)


def _attached(held: str, known: str) -> bool:
    """Whether the two differ by a particle written as part of the name ("Brien", "O'Brien")."""
    short, long = (held, known) if len(held) < len(known) else (known, held)
    if len(short) < SHORTEST_SLIP or not long.endswith(short):
        return False
    return long[: -len(short)] in ATTACHED
