"""Whom and what a child has around: carers, schools, a GP practice, telephones. Agreement counts.

A difference counts for nothing: children change schools and carers, and each is written in many
ways. Everything here may tell where a child lives.
"""

from collections.abc import Iterable
from typing import Final

from resolvers.comparison.normalise import digits, fold

_STYLES: Final = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "mum", "dad", "mother", "father"}
)
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


def carers(names: Iterable[str | None]) -> frozenset[frozenset[str]]:
    """The names of carers, each as its words without styles; those of one word alone left out."""
    worded = (frozenset(fold(name).split()) - _STYLES for name in names if name)
    return frozenset(words for words in worded if len(words) >= _WHOLE)


def share_carer(held: frozenset[frozenset[str]], known: frozenset[frozenset[str]]) -> bool:
    """Whether one carer has two words or more of a name in common, and no less than one has."""
    return any(
        len(mine & theirs) >= min(len(mine), len(theirs)) for mine in held for theirs in known
    )


def places(texts: Iterable[str | None]) -> frozenset[str]:
    """Names and codes of schools or practices, without the words that say only what they are."""
    worded = (fold(text).split() for text in texts if text)
    bare = (" ".join(word for word in words if word not in _KINDS) for words in worded)
    return frozenset(text for text in bare if text)


def telephones(texts: Iterable[str | None]) -> frozenset[str]:
    """Numbers as they are dialled at home: digits, without the country or its zero."""
    bare = (digits(text).removeprefix("00").removeprefix(_COUNTRY) for text in texts if text)
    dialled = (number.removeprefix(_TRUNK) for number in bare)
    return frozenset(number for number in dialled if len(number) >= _SHORTEST_TELEPHONE)
