"""What systems write in a field that holds nothing, because it may not be left empty."""

import re
from typing import Final

from adapters.contract.identifiers import NO_POSTCODE, is_one_digit

_WORDS: Final = frozenset(
    {
        *("none", "nil", "null", "no", "na", "n/a", "n.a.", "nk", "n/k", "not known", "unknown"),
        *("not applicable", "not recorded", "not given", "not stated", "not available"),
        *("not held", "no data", "undefined", "nan", "tbc", "tba", "to be confirmed"),
        *("-", "--", "---", ".", "..", "...", "?", "??", "???", "*", "x", "xx", "xxx", "xxxx"),
    }
)
# What a spreadsheet shows for a formula without a value, and a warehouse for an unknown member.
_NO_VALUE: Final = frozenset(
    {"#n/a", "#ref!", "#value!", "#name?", "#null!", "#num!", "#div/0!", "-1"}
)
_ROUNDED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_FILLED: Final = 6  # digits, all the same: 999 and 111 are numbers to ring


def is_not_held(text: str) -> bool:
    """Whether a clean text says in a usual way that no telephone, email or postcode is held.

    So do zeros alone, one digit six times or more, and ZZ99, the postcode of no fixed abode (ONS).
    """
    plain = text.casefold()
    if plain in _WORDS or plain.startswith(NO_POSTCODE.casefold()):
        return True
    digits = plain.replace(" ", "").replace("-", "")
    filled = len(digits) >= _FILLED or digits.startswith("0")
    return digits.isdecimal() and filled and is_one_digit(digits)


def is_no_record(text: str) -> bool:
    """Whether a clean text stands where a record's own number should, and is many records' at once.

    Such are the words for "not held", zeros, and a number that a spreadsheet rounded (1.23E+11).
    """
    plain = text.casefold()
    filled = plain in _WORDS or plain in _NO_VALUE or not plain.strip("0")
    return filled or _ROUNDED.fullmatch(text) is not None
