"""Mistakes that hang together: what one clerk misheard, one family told nobody, one import did."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from bench.matching.district.child import Child, Said
from bench.matching.district.households import Families
from bench.matching.district.noise import date_slip, slip
from bench.matching.gateway.agencies import KINDS

_MISHEARD: Final = 0.02  # children of whom one clerk's mistake was copied into further files
_COPIES: Final = 0.4  # of the agencies, those whose file of such a child is a copy
_STALE: Final = 0.25  # agencies that do not know of a move, of a family that told them
_STALE_IF_SILENT: Final = 0.85  # of one that did not
_IMPORTED: Final = 0.04  # children whose dates one agency's import turned, where it had such a day
_OWN_DATES: Final = "demographics"  # comes by its dates at birth


@dataclass(slots=True)
class Mistakes:
    """The mistakes of one district; which agency's import swapped day and month is drawn once."""

    families: Families
    importing: str
    chance: Random
    _misheard: dict[int, Said] = field(default_factory=dict)
    _stale: dict[tuple[str, str], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, families: Families, chance: Random) -> "Mistakes":
        """The mistakes of these families' agencies."""
        importing = chance.choice([k.name for k in KINDS if k.name != _OWN_DATES])
        made = cls(families, importing, chance)
        for child in families.children:
            if chance.random() < _MISHEARD:
                made._misheard[child.key] = _misheard(child.said, chance)
        return made

    def told(self, child: Child, agency: str) -> Said:
        """What the agency's clerk believes before making mistakes of their own."""
        chance, said = self.chance, child.said
        if child.key in self._misheard and chance.random() < _COPIES:
            said = self._misheard[child.key]
        if agency == self.importing and said.born and chance.random() < _IMPORTED:
            said = replace(said, born=_turned(said.born))
        return replace(said, postcode=self.home(child, agency))

    def home(self, child: Child, agency: str) -> str:
        """Where the agency believes that the household lives; the same for all its children."""
        if len(child.homes) == 1:
            return child.homes[0]
        known = (child.household, agency)
        if known not in self._stale:
            silent = self.families.households[child.household].silent
            share = _STALE_IF_SILENT if silent else _STALE
            self._stale[known] = self.chance.random() < share
        return child.homes[1] if self._stale[known] else child.homes[0]


def former_homes(child: Child, now: str | None) -> tuple[str, ...]:
    """The homes before the one that a file takes to be the present one."""
    if now not in child.homes:
        return ()
    return child.homes[child.homes.index(now) + 1 :]


def _misheard(said: Said, chance: Random) -> Said:
    kind = chance.randrange(3)
    if kind == 0:
        return replace(said, given=slip(said.given, chance))
    if kind == 1:
        return replace(said, family=slip(said.family, chance))
    return replace(said, born=date_slip(said.born, chance) if said.born else None)


def _turned(born: str) -> str:
    """Day and month swapped, where that is a day."""
    year, month, day = born.split("-")
    return f"{year}-{day}-{month}" if int(day) <= 12 else born
