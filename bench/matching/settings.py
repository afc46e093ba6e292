"""The settings that are measured: who lives in the district, what callers tell and get wrong."""

from dataclasses import dataclass
from typing import Final

from bench.matching.district.mix import Mix
from bench.matching.district.noise import ORDINARY, Noise


@dataclass(frozen=True, slots=True)
class Aims:
    """What a setting is to reach: shares of records certain, and false questions in 100,000."""

    first: float | None = None
    after: float | None = None
    false: float | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table.

    `numbered`: callers tell an identifier. `erring`: so many of them have something wrong in name
    or date; None leaves the ordinary noise. `homed`: all of them tell a postcode, be it a former
    one; else 8 in 100 tell none. `all_given`: they tell every given name. `rivals`: only children
    are asked about who have a twin or sibling of the same first name. `part` of the run's questions
    are of this setting: a large rate takes fewer to tell.
    """

    name: str
    mix: Mix
    aims: Aims
    numbered: bool = False
    erring: float | None = None
    homed: bool = False
    all_given: bool = False
    rivals: bool = False
    noise: Noise = ORDINARY
    part: float = 1.0


_ENGLAND: Final = Mix(england=True)
_NAMESAKES: Final = Mix(england=True, namesakes=0.0, slip_away=0.01, birthday=0.01, postcode=0.01)
_SHARING: Final = Mix(england=True, sharing=0.9)
_DEMOGRAPHICS: Final = Aims(0.90, 0.93, 10)
_IDENTIFIER: Final = Aims(0.95, 0.97, 10)
SETTINGS: Final = (
    Setting("today's district, demographics with postcode", Mix(), _DEMOGRAPHICS, homed=True),
    Setting("today's district, demographics", Mix(), Aims(false=10)),
    Setting("today's district, an identifier", Mix(), _IDENTIFIER, numbered=True),
    Setting("names of England, demographics with postcode", _ENGLAND, _DEMOGRAPHICS, homed=True),
    Setting("names of England, an identifier", _ENGLAND, _IDENTIFIER, numbered=True),
    Setting("callers err in 14 of 100", _ENGLAND, Aims(0.76, 0.83, 10), erring=0.14),
    Setting("namesakes", _NAMESAKES, Aims(0.74, 0.80, 15)),
    Setting(
        "a shared first name, all names told",
        _SHARING,
        Aims(false=100),
        all_given=True,
        rivals=True,
        part=0.25,
    ),
    Setting("a shared first name, else", _SHARING, Aims(false=600), rivals=True, part=0.25),
)
