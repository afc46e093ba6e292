"""Texts as they compare: without case, accents, apostrophes and other punctuation."""

import re
import unicodedata
from typing import Final

_UNDECOMPOSED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_PARTS: Final = re.compile("[^a-z0-9]+")
_LIKE_APOSTROPHES: Final = "'`\u00b4\u02b9\u02bb\u02bc\u02be\u02bf\u2018\u2019\u2032"
_LIKE_HYPHENS: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHES: Final = str.maketrans(dict.fromkeys(_LIKE_APOSTROPHES))
_TYPED: Final = str.maketrans(
    {**dict.fromkeys(_LIKE_APOSTROPHES, "'"), **dict.fromkeys(_LIKE_HYPHENS, "-")}
)


def typed(text: str) -> str:
    """A name as a register has it: each letter one character, plain apostrophes and hyphens.

    Telephones and word processors write others in their place, and some systems write a letter and
    its accent apart. An agency that is asked for such a name finds nobody.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(plain.translate(_TYPED).split())


def fold(text: str | None) -> str:
    """Letters and digits in lower case, words parted by one space; "" for nothing.

    Apostrophes join ("O'Brien" is "obrien"), everything else parts ("Al-Hassan" is "al hassan").
    Letters of other scripts stay as they are.
    """
    if not text:
        return ""
    if text.isascii():
        if text.isalpha():
            return text.lower()
        return _PARTS.sub(" ", text.replace("'", "").replace("`", "").lower()).strip()
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    letters = _ACCENTS.sub("", plain.translate(_UNDECOMPOSED))
    return " ".join("".join(c if _spells(c) else " " for c in letters).split())


def _spells(character: str) -> bool:
    """Whether it is a letter, a digit, or the vowel sign of a script that has such."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def digits(text: str | None) -> str:
    """The digits of a telephone number; "" for none."""
    return "".join(c for c in text or "" if c.isdecimal())
