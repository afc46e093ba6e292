"""Numbers that are valid and nobody's: each is handed out once, the same every time.

NHS numbers are of the test range that begins 999; telephone numbers are those that Ofcom keeps for
drama (01632 960xxx, 07700 900xxx); pupil numbers belong to authorities that do not exist.
"""

import random
from collections.abc import Iterator

from stdnum.gb import nhs, upn

_NO_DIGIT = 10  # mod 11 leaves one body in eleven without a check digit


class Numbers:
    """Hands out numbers; two with the same seed hand out the same ones in the same order."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self._nhs = _nhs_numbers(chance)
        self._serial = iter(range(1, 1000))
        self._landline = iter(chance.sample(range(1000), 1000))
        self._mobile = iter(chance.sample(range(1000), 1000))
        self._property = iter(range(999_000_100_000, 999_000_200_000, 7))

    def nhs_number(self) -> str:
        """Ten digits of the test range."""
        return next(self._nhs)

    def upn(self, authority: str, year: int) -> str:
        """A pupil number that `authority` (three digits) gave out in `year`."""
        body = f"{authority}4001{year % 100:02}{next(self._serial):03}"
        return upn.calc_check_digit(body) + body

    def landline(self) -> str:
        """An ordinary telephone number."""
        return f"01632 960{next(self._landline):03}"

    def mobile(self) -> str:
        """A mobile telephone number."""
        return f"07700 900{next(self._mobile):03}"

    def uprn(self) -> str:
        """A property reference of twelve digits, past those in use."""
        return str(next(self._property))


def _nhs_numbers(chance: random.Random) -> Iterator[str]:
    for serial in chance.sample(range(1_000_000), 5000):
        body = f"999{serial:06}"
        check = -nhs.checksum(f"{body}0") % 11
        if check != _NO_DIGIT:
            yield f"{body}{check}"
