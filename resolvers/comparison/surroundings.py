"""Whom and what a child has around: carers, schools, a GP practice, telephones. Agreement counts.

A difference counts for nothing: children change schools and carers, and each is written in many
ways. What a form says where nobody is known ("Foster carer", "Home educated", V81999) is of many
children, and agrees with nothing. Everything here may tell where a child lives.
"""

import re
from collections.abc import Iterable
from typing import Final

from adapters.contract.identifiers import is_one_digit
from resolvers.comparison.normalise import digits, fold

_STYLES: Final = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mx", "dr", "mum", "dad", "mother", "father"),
        *("carer", "carers", "guardian", "parent", "parents"),
    }
)
# What somebody is to a child, in words that may be a part of a name when they are alone.
_ROLE: Final = re.compile(
    r"\b(?:foster (?:carers?|parents?|mother|father|mum|dad|family|placement)|next of kin"
    r"|(?:social|key|support|residential|care) workers?|(?:legal|special) guardian"
    r"|local authority|social (?:services|care)|children ?s (?:services|social care|home))\b"
)
# What a form says where there is nobody, or nobody knows.
_NOT_SAID: Final = frozenset(
    {
        *("no", "none", "nil", "nobody", "n", "a", "na", "not", "known", "unknown", "nk", "unk"),
        *("tbc", "tba", "tbd", "to", "be", "yet", "confirmed", "advised", "stated", "given"),
        *("recorded", "applicable", "available", "specified", "unspecified", "disclosed"),
        *("undisclosed", "refused", "declined", "withheld", "other", "various", "see", "notes"),
        *("file", "above", "as", "same", "x", "xx", "xxx"),
    }
)
# The same for a school or a practice, and what children have who go to none.
_NOWHERE: Final = _NOT_SAID | {
    *("at", "in", "on", "out", "area", "roll", "registered", "unregistered", "allocated"),
    *("unallocated", "enrolled", "attending", "attend", "placed", "unplaced", "currently"),
    *("home", "educated", "schooled", "tutored", "education", "elective", "electively", "ehe"),
    *("eotas", "otherwise", "than", "neet", "employment", "or", "training", "missing", "cme"),
    *("excluded", "moved", "left", "abroad", "overseas", "temporary", "permanent", "alternative"),
    *("provision", "private", "independent", "state", "local", "gp", "doctor", "doctors", "with"),
    "permanently",
    # No practice, not applicable, not known (NHS Data Dictionary, general practice codes).
    *("v81997", "v81998", "v81999"),
}
_KINDS: Final = frozenset(
    {
        *("school", "primary", "secondary", "academy", "infant", "junior", "nursery", "college"),
        *("the", "of", "and", "practice", "surgery", "medical", "centre", "health", "group", "ce"),
        *("rc", "c", "e", "community", "high", "church", "england", "catholic"),
    }
)
_WHOLE: Final = 2  # words that make a carer's name: a first name alone is anybody's
_TRUNK: Final = "0"
_COUNTRY: Final = "44"
_SHORTEST_TELEPHONE: Final = 9  # digits; an extension is shared by a whole office
_FEWEST_DIGITS: Final = 3  # different ones: 07000 000000 is what forms are filled with
_COUNTED: Final = "1234567890"


def carers(names: Iterable[str | None]) -> frozenset[frozenset[str]]:
    """The names of carers, each as its words without styles and roles.

    Those of one word alone are left out, and what names nobody.
    """
    worded = (frozenset(_ROLE.sub(" ", fold(name)).split()) - _STYLES for name in names if name)
    return frozenset(words for words in worded if len(words) >= _WHOLE and words - _NOT_SAID)


def share_carer(held: frozenset[frozenset[str]], known: frozenset[frozenset[str]]) -> bool:
    """Whether one carer has two words or more of a name in common, and no less than one has."""
    return any(
        len(mine & theirs) >= min(len(mine), len(theirs)) for mine in held for theirs in known
    )


def places(texts: Iterable[str | None]) -> frozenset[str]:
    """Names and codes of schools or practices, without the words that say only what they are.

    What names no place is left out, such as a code of one digit over and over.
    """
    worded = (fold(text).split() for text in texts if text)
    bare = (tuple(word for word in words if word not in _KINDS) for words in worded)
    return frozenset(" ".join(words) for words in bare if not _no_place(words))


def _no_place(words: tuple[str, ...]) -> bool:
    text = "".join(words)
    return _NOWHERE.issuperset(words) or (text.isdecimal() and is_one_digit(text))


def telephones(texts: Iterable[str | None]) -> frozenset[str]:
    """Numbers as they are dialled at home: digits, without the country or its zero."""
    bare = (digits(text).removeprefix("00").removeprefix(_COUNTRY) for text in texts if text)
    dialled = (number.removeprefix(_TRUNK) for number in bare)
    return frozenset(number for number in dialled if _rings(number))


def _rings(number: str) -> bool:
    """Whether it may be somebody's: long enough, and not what a form is filled with."""
    filler = len(set(number)) < _FEWEST_DIGITS or _COUNTED.startswith(number)
    return len(number) >= _SHORTEST_TELEPHONE and not filler
