"""A child under a name that only the keys can make: found again however it was asked for."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NewType

from adapters.dates import PartialDate
from gateway.audit.keys import EPOCH_NAME, KeyService

Pseudonym = NewType("Pseudonym", str)

PSEUDONYM: Final = re.compile(rf"{EPOCH_NAME}:[0-9a-f]{{64}}")
_WORD_BREAK = re.compile(r"[\s-]+")


async def identifier_pseudonym(
    keys: KeyService, scheme: str, value: str, *, epoch: str | None = None
) -> Pseudonym:
    """The pseudonym of one identifier, "<epoch>:<64 hex>"; `value` in its canonical spelling.

    An agency's own record number needs a scheme that names the agency. Without `epoch`, it is
    the current one's.
    """
    return await _pseudonym(keys, epoch, "identifier", scheme, value)


async def person_pseudonym(
    keys: KeyService,
    given: Sequence[str],
    family: str,
    birth_date: PartialDate,
    *,
    epoch: str | None = None,
) -> Pseudonym | None:
    """The pseudonym of first given name, family name and birth date, "<epoch>:<64 hex>".

    None where a name has no letters or the day is not known: it would stand for many children.
    """
    first, last = _first_word(given), _letters(family)
    if not (first and last and birth_date.whole):
        return None
    return await _pseudonym(keys, epoch, "person", first, last, str(birth_date))


async def _pseudonym(keys: KeyService, epoch: str | None, *parts: str) -> Pseudonym:
    under = keys.epoch if epoch is None else epoch
    message = b"teamaround pseudonym 1" + b"".join(map(_measured, parts))
    return Pseudonym(f"{under}:{(await keys.digest(under, message)).hex()}")


def _measured(part: str) -> bytes:
    # Each part with its length before it, so that no two lists of parts are the same bytes.
    content = part.encode("utf-8", "surrogatepass")
    return len(content).to_bytes(4, "big") + content


def _first_word(given: Sequence[str]) -> str:
    # "Mary-Anne", "Mary Anne" and ("Mary", "Anne") are one child to whoever searches.
    words = (_letters(word) for name in given for word in _WORD_BREAK.split(name))
    return next(filter(None, words), "")


def _letters(name: str) -> str:
    # Case folding can undo decomposition, hence before and after.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(letter for letter in folded if letter.isalpha())
