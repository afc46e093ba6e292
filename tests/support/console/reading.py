"""How hard a text is to read: the grade of Kincaid et al. (1975), as schools count years."""

import re
from typing import Final

_SENTENCE: Final = re.compile(r"[.!?:]+(?:\s|$)|\n+")
_WORD: Final = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_VOWELS: Final = re.compile(r"[aeiouy]+")
# An e that is written and not said, and endings that are no syllable of their own.
_SILENT: Final = re.compile(r"(?:[^laeiouy]e|[^aeiouydt]ed|[^aeiouycsxzg]es)$")


def grade(text: str) -> float:
    """The years of school that a text needs: 0.39 words a sentence, 11.8 syllables a word."""
    sentences = [part for part in _SENTENCE.split(text) if _WORD.search(part)]
    words = _WORD.findall(text)
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    found = len(_VOWELS.findall(word.lower()))
    return max(1, found - bool(_SILENT.search(word.lower())))
