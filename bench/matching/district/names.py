"""Lists of names by custom: from the package Faker, and words of our own where it has none."""

import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

_STROKES: Final = str.maketrans("łŁđĐıȘșȚț", "lLdDiSsTt")
_OWN: Final = Path(__file__).with_name("own_words.toml")


@dataclass(frozen=True)
class Names:
    """Names with how often each is given, as weights that sum to 1."""

    share: Mapping[str, float]

    @classmethod
    def ranked(cls, words: Iterable[str], steepness: float = 0.6) -> "Names":
        """Names in order of how common they are."""
        kept = list(dict.fromkeys(words))
        weights = [1 / (rank + 1) ** steepness for rank in range(len(kept))]
        total = sum(weights)
        return cls({word: weight / total for word, weight in zip(kept, weights, strict=True)})

    @classmethod
    def counted(cls, words: Iterable[str]) -> "Names":
        """Names as often as they stand in a sample."""
        counts = Counter(words)
        total = sum(counts.values())
        return cls({word: count / total for word, count in counts.items()})

    def drawn(self, chance: Random) -> str:
        """One of them."""
        words, sums = self._sums
        return chance.choices(words, cum_weights=sums)[0]

    @property
    def _sums(self) -> tuple[tuple[str, ...], tuple[float, ...]]:
        return _sums(self)

    def __hash__(self) -> int:
        return id(self)


@cache
def _sums(names: Names) -> tuple[tuple[str, ...], tuple[float, ...]]:
    return tuple(names.share), tuple(accumulate(names.share.values()))


def own(custom: str, kind: str) -> list[str]:
    """Our own words for a custom."""
    return _own()[custom].get(kind, "").split()


def listed(locale: str, *kinds: str) -> list[str]:
    """What Faker lists for a locale, letters without marks, in the package's order."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    words = [str(word) for kind in kinds for word in getattr(provider, kind, ())]
    plain = (_without_marks(word) for word in words)
    return [word for word in plain if word.isascii() and " " not in word]


def _without_marks(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.translate(_STROKES))
    return "".join(c for c in letters if not unicodedata.combining(c))


@cache
def _own() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_OWN.read_text("utf-8"))
