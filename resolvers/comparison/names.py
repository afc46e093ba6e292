"""Comparing names: what agrees, what is only near, and what says nothing."""

from collections.abc import Callable, Collection
from enum import IntEnum
from typing import Final

from adapters.contract.record import Name
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.common_names import common_surname
from resolvers.comparison.given_names import compare_given_names, may_be_word
from resolvers.comparison.naming import (
    CANTONESE,
    NO_FAMILY,
    NO_FURTHER,
    NO_GIVEN,
    SHARED,
    STYLES,
    TITLES,
)
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
_NO_FAMILY: Final = NO_FAMILY | {""}
_NO_GIVEN: Final = NO_GIVEN | {""}
_ENDS_OF_NONE: Final = frozenset(each.rpartition(" ")[2] for each in NO_FURTHER)


class NamePart(IntEnum):
    """How far one given name is a part of another of more words.

    FURTHER: without the name that the whole one's child is called by (Yusuf of Adam Yusuf). A twin
    or a brother may be called so. HALF: what they have in common, brothers and sisters may share
    too (Ka of Ka Yan, Muhammad of Muhammad Ali), or it may be a father's. OWN: it has that name,
    and a word that is nobody else's of the house (Agnesa of Maria Agnesa).
    """

    NONE = 0
    FURTHER = 1
    HALF = 2
    OWN = 3


def families(names: Collection[Name]) -> frozenset[str]:
    """The family names, folded; without those that stand for none."""
    if not names:
        return frozenset()
    folded = {fold(name.family) for name in names if name.family}
    return frozenset(folded - _NO_FAMILY)


def givens(names: Collection[Name]) -> frozenset[str]:
    """The given names, folded, all of one name in one text; without those that stand for none."""
    if not names:
        return frozenset()
    folded = {_first_alone(_unstyled(fold(" ".join(name.given)))) for name in names} - _NO_GIVEN
    return frozenset([given for given in folded if given.partition(" ")[0] not in _NO_GIVEN])


def _unstyled(given: str) -> str:
    """A folded given name without a style before it ("Miss Rory"); "" for a style alone."""
    style, _, rest = given.partition(" ")
    return rest if style in STYLES else given


def _first_alone(given: str) -> str:
    """A folded given name without the words that say that there is no further one."""
    if given.rpartition(" ")[2] not in _ENDS_OF_NONE:
        return given
    none = next((each for each in NO_FURTHER if given.endswith(f" {each}")), "")
    return given.removesuffix(none).rstrip()


def compare_families(held: frozenset[str], known: frozenset[str]) -> Agreement:
    """The family names of a record against those known of the child."""
    return _verdict(held, known, compare_surnames)


def compare_givens(held: frozenset[str], known: frozenset[str]) -> Agreement:
    """The given names of a record against those known of the child, the first above all."""
    return _verdict(held, known, compare_given_names)


def share_further(held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether two given names or more are the same, in any order.

    No initial counts, and none that many share.
    """
    mine = _informative(held)
    theirs = _informative(known) if mine else ()
    return any(len(one & other) > 1 for one in mine for other in theirs) if theirs else False


def share_common(held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a given name that many share is the same, beside the one that somebody is called by.

    "Fatima Shabana" and "Fatima Shabana", but not "Fatima" alone.
    """
    return any(_beside_common(one, other) for one in held for other in known)


def part_of(held: frozenset[str], known: frozenset[str]) -> NamePart:
    """How far the given names of one are a part of the other's: the most that any two say."""
    pairs = ((one.split(), other.split()) for one in held for other in known)
    return max((_part(*sorted(pair, key=len)) for pair in pairs), default=NamePart.NONE)


def short_of(held: frozenset[str], whole: frozenset[str]) -> NamePart:
    """The same where the names of `held` are the shorter ones, and never the reverse."""
    shorter = ((one, other) for one in held for other in whole if len(one) < len(other))
    parts = (_part(one.split(), other.split()) for one, other in shorter)
    return max(parts, default=NamePart.NONE)


def _part(short: list[str], long: list[str]) -> NamePart:
    long = _without_english(long)
    within = len(short) < len(long) and {*short} <= {*long} and min(map(len, short)) > 1
    if not within:
        return NamePart.NONE
    own = _own(short, long)
    if (_called_by(long, long) if own else long[0]) not in short:
        return NamePart.FURTHER
    return NamePart.HALF if all(map(common_surname, own)) else NamePart.OWN


def _called_by(words: list[str], whole: list[str]) -> str:
    """The word that somebody of these given names is called by: the first that few share."""
    return next(iter(_own(words, whole)), words[0])


def _own(words: list[str], whole: list[str]) -> list[str]:
    """Those of these words that brothers and sisters hardly share, in their order."""
    idle = _IDLE | CANTONESE if CANTONESE.issuperset(whole) else _IDLE
    return [word for word in words if word not in idle]


def _without_english(words: list[str]) -> list[str]:
    """The words without an English name before two Cantonese ones, as many files leave it out."""
    two = len(words) > len("ab") and CANTONESE.issuperset(words[1:])
    return words[1:] if two and words[0] not in CANTONESE else words


def learned(said: frozenset[str], told: frozenset[str]) -> frozenset[str]:
    """The told given names, and of those that files say what does not turn a told one about.

    Else a file with the two in another order would make the further name the child's first: then
    a twin who is called by it would be the same (ADR 0086).
    """
    return told | {name for name in said if not any(_turns(name, whole) for whole in told)}


def _turns(name: str, whole: str) -> bool:
    words, others = name.split(), whole.split()
    called = (_called_by(others, others), others[0])
    return {*words} <= {*others} and _called_by(words, others) not in called


def parts_of_one(held: frozenset[str], other: frozenset[str], known: frozenset[str]) -> bool:
    """Whether the given names of two records are each a part of one name that is known.

    So it is where one file has the first of two names, and another the second.
    """
    return any(_within(held, whole) and _within(other, whole) for whole in known if " " in whole)


def _within(givens: frozenset[str], whole: str) -> bool:
    """Whether each word is one of the whole name, be it an initial, a form or a slip of one.

    Or an English name beside a Cantonese one.
    """
    words = whole.split()
    said = [name.split() for name in givens if not _of_another_tongue(name, whole)]
    parts = (word for name in said for word in name)
    return bool(givens) and all(any(may_be_word(one, word) for word in words) for one in parts)


def _of_another_tongue(given: str, whole: str) -> bool:
    return compare_given_names(given, whole) is _NOT_COMPARABLE


def _beside_common(one: str, other: str) -> bool:
    if " " not in one or " " not in other:
        return False
    common = {*one.split()} & {*other.split()}
    return len(common) > 1 and not SHARED.isdisjoint(common)


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

    So it is with twins who share the first. Two names in each other's place are one child's.
    """
    mine, theirs = _behind(held) - TITLES, _behind(known) - TITLES
    apart = mine.isdisjoint(_words(known)) and theirs.isdisjoint(_words(held))
    return bool(mine and theirs) and apart


def same_initial(held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether two given names begin with one letter, as most pet names do with their own."""
    return not {name[0] for name in held}.isdisjoint(name[0] for name in known)


def _behind(givens: frozenset[str]) -> frozenset[str]:
    """Every word of these given names but the first of each."""
    return frozenset(word for name in givens if " " in name for word in name.split()[1:])


def _words(givens: frozenset[str]) -> frozenset[str]:
    return frozenset(word for name in givens for word in name.split())


def _informative(givens: frozenset[str]) -> list[frozenset[str]]:
    """Of each text of several given names the words that tell something."""
    return [
        frozenset(word for word in name.split() if len(word) > 1) - _IDLE
        for name in givens
        if " " in name
    ]


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
