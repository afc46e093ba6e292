"""How far slips of the pen, initials and short forms explain the difference of two words."""

from typing import Final

from resolvers.comparison.agreement import Agreement
from resolvers.comparison.edit_distance import slips

_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_SLIP: Final = Agreement.SLIP

SHORTEST_PART: Final = 3  # letters that make a part of a name telling
SHORTEST_SLIP: Final = 4  # below this, one letter makes another name
_SHORTEST_TWO_SLIPS = 6  # below this, two letters do
_SHORTEST_SKELETON = 2  # consonants that two short forms must share
_SHORTEST_ENDING = 4  # "Seun" of "Oluwaseun"
_MOST_RHYMING = 2  # letters before a rhyme: "Ayden", "Jayden" are two names
_VOWELS: Final = frozenset("aeiou")
_UNSOUNDED: Final = str.maketrans({**dict.fromkeys("aeiouyhw"), "c": "k", "q": "k", "z": "s"})


def misspelt(one: str, other: str) -> Agreement:
    """How far a slip or two explain the difference; in a first letter, one of a long word does."""
    shortest, shift = min(len(one), len(other)), one[0] != other[0]
    if shortest < SHORTEST_SLIP + shift:
        return _DIFFERENT
    count = slips(one, other)
    if count <= 1:
        return _SLIP
    forgiven = count == len("ab") and shortest >= _SHORTEST_TWO_SLIPS and not shift
    return _DISTANT if forgiven else _DIFFERENT


def short_for(held: str, known: str) -> bool:
    """Whether one of the two is the initial of the other."""
    return min(len(held), len(known)) == 1 and held[0] == known[0]


def shortened(one: str, other: str) -> bool:
    """Whether one is the beginning or the ending of the other, and long enough for a pet form."""
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if len(short) >= SHORTEST_PART and long.startswith(short):
        return True
    rhyme = len(long) - len(short) <= _MOST_RHYMING
    return len(short) >= _SHORTEST_ENDING and not rhyme and long.endswith(short)


def sounds_short_for(one: str, other: str) -> bool:
    """Whether the consonants of one begin the other's, as a pet name's do ("Luke", "Lucas")."""
    if one[:2] != other[:2]:
        return False
    mine, theirs = _skeleton(one), _skeleton(other)
    long_enough = min(len(mine), len(theirs)) >= _SHORTEST_SKELETON + (one[0] in _VOWELS)
    return long_enough and (mine.startswith(theirs) or theirs.startswith(mine))


def sound_alike(one: str, other: str) -> bool:
    """Whether the consonants of two words are the same, and enough ("Wright", "Write")."""
    if one[0] != other[0]:
        return False
    mine = _skeleton(one)
    return len(mine) > _SHORTEST_SKELETON and mine == _skeleton(other)


def _skeleton(word: str) -> str:
    """Its consonants by sound, doubled ones once; a first vowel counts."""
    sounds = word[0] + word[1:].replace("gh", "").replace("ph", "f").translate(_UNSOUNDED)
    return "".join(c for place, c in enumerate(sounds) if place == 0 or sounds[place - 1] != c)


def joined(text: str) -> str:
    """The words in one."""
    return text.replace(" ", "")
