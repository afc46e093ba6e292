"""The children of a world: one, and whoever is easily taken for her."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from adapters.contract.identifiers import NHS_NUMBER, UPN

RELATIONS: Final = ("namesake", "namesake", "namesake", "twin", "sibling", "stranger")
_NUMBERS: Final = tuple(
    islice((str(n) for n in range(9990000018, 9999999999) if nhs.is_valid(str(n))), 8)
)
_PUPILS: Final = (
    *("801200001001", "820200001002", "340200001003", "360200001004"),
    *("352200001005", "330200001006", "383200001007", "301200001008"),
)


@dataclass(frozen=True, slots=True)
class LawChild:
    """A child as she is: what no agency's spelling changes. `place` counts the world's children."""

    place: int
    given: str
    family: str
    born: str
    sex: str

    @property
    def numbers(self) -> dict[str, str]:
        """Her own numbers, by scheme."""
        pupil = _PUPILS[self.place]
        return {NHS_NUMBER: _NUMBERS[self.place], UPN: upn.calc_check_digit(pupil) + pupil}

    @property
    def as_named(self) -> tuple[str, str, str]:
        """What a namesake of one birthday shares with her."""
        return self.given, self.family, self.born


MIRA: Final = LawChild(0, "Mira", "Ashdown", "2015-03-09", "female")
_RELATED: Final = {
    "namesake": MIRA,
    "twin": replace(MIRA, given="Tomas", sex="male"),
    "sibling": replace(MIRA, given="Edith", born="2012-07-21"),
    "stranger": LawChild(0, "Otto", "Stone", "2011-01-07", "male"),
}


def children(least: int, most: int) -> st.SearchStrategy[tuple[LawChild, ...]]:
    """Mira, and others who are related to her or only look so: `least` to `most` with her."""
    others = st.lists(st.sampled_from(RELATIONS), min_size=least - 1, max_size=most - 1)
    return others.map(
        lambda names: (MIRA, *(replace(_RELATED[n], place=at + 1) for at, n in enumerate(names)))
    )
