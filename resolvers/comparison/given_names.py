"""Two texts of given names compared, word by word: a shared first name tells little."""

from itertools import product
from typing import Final

from resolvers.comparison.agreement import Agreement
from resolvers.comparison.common_names import established
from resolvers.comparison.edit_distance import slips
from resolvers.comparison.naming import ABBREVIATED, CANTONESE, SHARED, TITLES, halves
from resolvers.comparison.nicknames import one_name, one_spelling, stands_for
from resolvers.comparison.spelling import (
    SHORTEST_PART,
    joined,
    misspelt,
    short_for,
    shortened,
    sounds_short_for,
)

_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_VAGUE: Final = Agreement.VAGUE
_FORM: Final = Agreement.FORM
_SLIP: Final = Agreement.SLIP
_SAME: Final = Agreement.SAME


def compare_given_names(held: str, known: str) -> Agreement:
    """Two folded texts of given names, each of one word or more; several agree in any order."""
    mine, theirs = _in_syllables(held.split(), known.split())
    if len(mine) > 1 or len(theirs) > 1:
        if _in_any_order(mine, theirs):
            return _SAME
        mine, theirs = _untitled(mine), _untitled(theirs)
        if _in_any_order(mine, theirs):
            return _SAME
    if tongues := _in_two_tongues(mine, theirs) or _in_two_tongues(theirs, mine):
        return tongues
    if mine[0] in SHARED or theirs[0] in SHARED:
        if joined(held) == joined(known):
            return _SAME
        return max(_behind_shared(mine, theirs), _word_by_word(mine, theirs))
    return _compare(mine, theirs)


def _in_syllables(mine: list[str], theirs: list[str]) -> tuple[list[str], list[str]]:
    """Both names, a Cantonese one in one word parted as the other is ("Hoyin" beside "Ho")."""
    return _parted(mine, theirs), _parted(theirs, mine)


def _parted(name: list[str], other: list[str]) -> list[str]:
    if len(name) > 1 or not CANTONESE.issuperset(other):
        return name
    return [part.lower() for part in halves(name[0])] or name


def may_be_word(held: str, known: str) -> bool:
    """Whether a word is one known word, its initial, another form of it, or a slip of the pen."""
    if held == known or (len(held) == 1 and held == known[0]):
        return True
    return _compare([held], [known]) in (_FORM, _SLIP)


def _in_any_order(mine: list[str], theirs: list[str]) -> bool:
    return sorted(mine) == sorted(theirs) and len(mine[0]) > 1


def _in_two_tongues(english: list[str], cantonese: list[str]) -> Agreement | None:
    """What an English name says beside the two syllables of a Cantonese one; None of others.

    Most children of such families have both, and files have either: alone it says nothing. Before
    both syllables it changes nobody. Sisters and brothers share one of the two, and not both.
    """
    two = cantonese if len(cantonese) > 1 else [part.lower() for part in halves(cantonese[0])]
    if len(two) != len("ab") or not CANTONESE.issuperset(two) or english[0] in CANTONESE:
        return None
    if english[1:] == two and cantonese == two:
        return _SAME
    return _NOT_COMPARABLE if len(english) == 1 and _is_english(english[0], two) else None


def _is_english(word: str, two: list[str]) -> bool:
    """Whether a word is neither these two syllables, badly written, nor others."""
    near = any(slips(word, other) <= 1 for other in (*two, "".join(two)))
    return len(word) >= SHORTEST_PART and not near and not halves(word)


def _untitled(words: list[str]) -> list[str]:
    """The words without a title at the end, which stands for a last name.

    Behind a shared name alone it is what somebody is called by.
    """
    while len(words) > 1 and words[-1] in TITLES and not SHARED.issuperset(words[:-1]):
        words = words[:-1]
    return words


def _compare(mine: list[str], theirs: list[str]) -> Agreement:
    one, other = mine[0], theirs[0]
    parted = len(mine) > 1 or len(theirs) > 1
    if len(one) > 1 and one == other:
        return _SAME if not parted or _rests_fit(mine[1:], theirs[1:]) else _VAGUE
    if parted and "".join(mine) == "".join(theirs):
        return _SAME
    if _within(mine, theirs) or short_for(one, other):
        return _VAGUE
    if one_name(one, other):
        return _FORM if stands_for(one, other) else _VAGUE
    # Rhyming names are what twins are given.
    return _misspelt(mine, theirs) if one[0] == other[0] else _ending(one, other)


def _within(mine: list[str], theirs: list[str]) -> bool:
    """Whether one text is among the other's words: a part that two have in common is a father's."""
    short, long = (mine, theirs) if len(mine) < len(theirs) else (theirs, mine)
    return all(word in long for word in short)


def _behind_shared(mine: list[str], theirs: list[str]) -> Agreement:
    """What stands behind a shared first name decides; where one says nothing more, it is vague."""
    honours, name = _split(mine)
    others, other_name = _split(theirs)
    if not (name and other_name):
        return _half_stated(mine, theirs)
    if _one_honour(honours, others):
        return _compare(name, other_name)
    if _within(mine, theirs):
        return _VAGUE
    # A name in common further on is a father's: the ones of use have to stand first in both.
    found = _compare(name[:1], other_name[:1])
    half_told = _half_told(honours, others)
    return _VAGUE if found.fits and half_told else _DIFFERENT


def _word_by_word(mine: list[str], theirs: list[str]) -> Agreement:
    """How far initials, and slips in a shared name, explain two names of as many words.

    The word that tells has to be the same: "Koi Yi" for Hoi Yi, and never "Ka Yin" for Ka Yan.
    """
    if len(mine) != len(theirs) or len(mine) == 1:
        return _DIFFERENT
    return min(_one_word(one, other) for one, other in zip(mine, theirs, strict=True))


def _one_word(one: str, other: str) -> Agreement:
    if one == other:
        return _SAME
    if short_for(one, other):
        return _VAGUE
    shared = one in SHARED or other in SHARED
    two = not shared or (_in_use(one) and _in_use(other)) or slips(one, other) > 1
    return _DIFFERENT if two else _SLIP


def _in_use(word: str) -> bool:
    return word in CANTONESE or established(word)


def _half_told(honours: list[str], others: list[str]) -> bool:
    """Whether the shared names of one are left out, or written short, on the other side."""
    short = not ABBREVIATED.isdisjoint((*honours, *others))
    return short or set(honours) <= set(others) or set(others) <= set(honours)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """The shared names at the beginning, and the rest: of several names the last is no title."""
    if len(words) == 1:
        return (words, []) if words[0] in SHARED else ([], words)
    last = len(words) - 1
    place = next((n for n, word in enumerate(words[:last]) if word not in SHARED), last)
    return words[:place], words[place:]


def _half_stated(mine: list[str], theirs: list[str]) -> Agreement:
    if len(mine) == len(theirs) == 1:
        return _compare(mine, theirs)
    met = any(a == b or one_spelling(a, b) for a in mine for b in theirs)
    return _VAGUE if met else _DIFFERENT


def _one_honour(mine: list[str], theirs: list[str]) -> bool:
    """Whether both have the same shared names, be it in other spellings; short forms are vague."""
    return len(mine) == len(theirs) and all(
        one == other or one_spelling(one, other) for one, other in zip(mine, theirs, strict=True)
    )


def _misspelt(mine: list[str], theirs: list[str]) -> Agreement:
    """How far slips or a pet form explain two given names of one first letter."""
    one, other = mine[0], theirs[0]
    found = misspelt(one, other)
    names_in_use = established(one) and established(other)
    if found is _SLIP and not names_in_use:
        return _SLIP if _rests_fit(mine[1:], theirs[1:]) else _DIFFERENT
    if shortened(one, other):
        return _DISTANT if names_in_use else _FORM
    if found is _DIFFERENT:
        return _DISTANT if sounds_short_for(one, other) and not names_in_use else _DIFFERENT
    # Two slips from one name in use to another are hardly slips: Hassan and Hussain are brothers.
    return _DIFFERENT if found is _DISTANT and names_in_use else _DISTANT


def _ending(one: str, other: str) -> Agreement:
    """How far one is the end of the other: of two names in use it is as near as a beginning."""
    if not shortened(one, other):
        return _DIFFERENT
    return _DISTANT if established(one) and established(other) else _FORM


def _rests_fit(mine: list[str], theirs: list[str]) -> bool:
    """Whether further given names agree in any word; twins may share the first and differ here.

    A shared name behind the first is what somebody is called by: Umme Fatima is not Umme Kiran. So
    is a title where nothing else stands there.
    """
    if not mine or not theirs:
        return True
    own = [word for word in mine if word not in TITLES]
    others = [word for word in theirs if word not in TITLES]
    pairs = product(own, others) if own and others else product(mine, theirs)
    return any(_further_fit(one, other) for one, other in pairs)


def _further_fit(one: str, other: str) -> bool:
    if one == other or short_for(one, other) or one_name(one, other):
        return True
    in_use = established(one) and established(other)
    return one[0] == other[0] and not in_use and misspelt(one, other) is _SLIP
