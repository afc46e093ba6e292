"""A child under a name that only the keys can make: found again however it was asked for."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NewType

from adapters.contract.dates import PartialDate
from gateway.audit.keys.epoch_name import EPOCH_NAME

Pseudonym = NewType("Pseudonym", str)

MARK: Final = b"teamaround pseudonym 1"
PSEUDONYM: Final = re.compile(rf"{EPOCH_NAME}:[0-9a-f]{{64}}")
_WORD_BREAK = re.compile(r"[\s-]+")


def identifier_message(scheme: str, value: str) -> bytes:
    """What the pseudonym of an identifier is made of; `value` in its canonical spelling.

    An agency's own record number needs a scheme that names the agency.
    """
    return _message("identifier", scheme, value)


def person_message(given: Sequence[str], family: str, birth_date: PartialDate) -> bytes | None:
    """What the pseudonym of first given name, family name and birth date is made of.

    None where a name has no letters or the day is not known: it would stand for many children.
    """
    first, last = _first_word(given), _letters(family)
    if not (first and last and birth_date.whole):
        return None
    return _message("person", first, last, str(birth_date))


def place_message(person: bytes, kind: str, value: str) -> bytes:
    """What the pseudonym of a place told for a person is made of: to count by, and never logged."""
    return _message("place", person.hex(), kind, value)


def pseudonyms(epoch: str, digests: Iterable[bytes]) -> tuple[Pseudonym, ...]:
    """The pseudonyms, each "<epoch>:<64 hex>", from what the epoch's key made of messages."""
    return tuple([Pseudonym(f"{epoch}:{digest.hex()}") for digest in digests])


def _message(*parts: str) -> bytes:
    # Each part with its length before it, so that no two lists of parts are the same bytes.
    contents = [part.encode("utf-8", "surrogatepass") for part in parts]
    return MARK + b"".join([len(each).to_bytes(4, "big") + each for each in contents])


def _first_word(given: Sequence[str]) -> str:
    # "Mary-Anne", "Mary Anne" and ("Mary", "Anne") are one child to whoever searches.
    words = (_letters(word) for name in given for word in _WORD_BREAK.split(name))
    return next(filter(None, words), "")


def _letters(name: str) -> str:
    # Case folding can undo decomposition, hence before and after.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(letter for letter in folded if letter.isalpha())
