"""Whether a text is plainly a number with a right check digit, told fast: a file has many rows."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from operator import mul
from typing import Final

from adapters.contract.identifiers import NHS_NUMBER, UPN, is_one_digit

_NHS_DIGITS: Final = 10
_NHS_MODULUS: Final = 11
_UPN_LENGTH: Final = 13
_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"  # DfE, UPN guide: the remainder's letter


def _is_nhs_number(text: str) -> bool:
    if len(text) != _NHS_DIGITS or not (text.isascii() and text.isdigit()):
        return False
    first, middle, last = _tables((10, 9, 8, 7), (6, 5, 4), (3, 2, 1))
    found = first[int(text[:4])] + middle[int(text[4:7])] + last[int(text[7:])]
    return found % _NHS_MODULUS == 0 and not (text[0] == text[-1] and is_one_digit(text))


def _is_upn(text: str) -> bool:
    digits = text[1:]
    if len(text) != _UPN_LENGTH or not (text.isascii() and digits.isdigit()):
        return False
    first, middle, last = _tables((2, 3, 4, 5), (6, 7, 8, 9), (10, 11, 12, 13))
    found = first[int(text[1:5])] + middle[int(text[5:9])] + last[int(text[9:])]
    return text[0] == _UPN_LETTERS[found % len(_UPN_LETTERS)] and not is_one_digit(digits)


@cache
def _tables(*parts: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(map(_table, parts))


def _table(weights: tuple[int, ...]) -> tuple[int, ...]:
    # The weighted sum of every group of so many digits, by the group's value.
    groups = product(range(10), repeat=len(weights))
    return tuple(sum(map(mul, digits, weights)) for digits in groups)


PLAINLY: Final[Mapping[str, Callable[[str], bool]]] = {NHS_NUMBER: _is_nhs_number, UPN: _is_upn}
