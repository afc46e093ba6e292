"""What goes wrong between a child and the file: every rate a guess that stands here to be read."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import permutations
from random import Random
from typing import Final

from bench.matching.district.child import Said
from resolvers.comparison.nicknames import GROUPS, stands_for

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_SWAPPED = 0.2  # typing errors that swap two neighbours
_OF_A_UNIT = "ABDEFGHJLNPQRSTUWXYZ"  # the letters that a postcode may end in
_PAIRS = {pair for group in GROUPS for pair in permutations(group, 2) if stands_for(*pair)}
# Of each name in full what is short for it, and the reverse: nobody writes Betty for Libby.
_FORMS = {name: sorted(form for one, form in _PAIRS if one == name) for name, _ in _PAIRS}


@dataclass(frozen=True, slots=True)
class Noise:
    """Shares of records that suffer each mishap."""

    given_slip: float = 0.010
    family_slip: float = 0.010
    nickname: float = 0.010
    initial: float = 0.003
    no_given: float = 0.004
    swapped_order: float = 0.004
    no_birth_date: float = 0.006
    placeholder: float = 0.004
    date_slip: float = 0.008
    year_alone: float = 0.003
    no_middle: float = 0.4
    wrong_sex: float = 0.004
    no_sex: float = 0.03
    stale_postcode: float = 0.02
    no_postcode: float = 0.08
    # As often as a name of that length; no rate of typing errors alone was found (ADR 0097).
    postcode_slip: float = 0.010

    def times(self, factor: float) -> "Noise":
        """Every rate multiplied, at most to certainty."""
        return Noise(**{f: min(1.0, getattr(self, f) * factor) for f in self.__slots__})


ORDINARY: Final = Noise()


def written(said: Said, noise: Noise, old_postcode: str, chance: Random) -> Said:
    """How a hasty hand writes the child down."""

    def happens(share: float) -> bool:
        return chance.random() < share

    given, family, born = said.given, said.family, said.born
    if happens(noise.given_slip):
        given = slip(given, chance)
    if happens(noise.nickname):
        given = chance.choice(_FORMS.get(given.lower(), [given]))
    if happens(noise.initial):
        given = given[:1]
    if happens(noise.no_given):
        given = ""
    if happens(noise.family_slip):
        family = slip(family, chance)
    if happens(noise.swapped_order):
        given, family = family, given
    if born:
        born = _date(born, noise, chance)
    return replace(
        said,
        given=given,
        further=() if happens(noise.no_middle) else said.further,
        family=family,
        born=born,
        sex=_sex(said.sex, noise, chance),
        postcode=_home(said.postcode, old_postcode, noise, chance),
    )


def slip(word: str, chance: Random) -> str:
    """One letter wrong, missing, doubled or swapped with its neighbour."""
    if len(word) < len("Jo") + 1:
        return word
    at = chance.randrange(len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return word[:at] + chance.choice(_LETTERS) + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[: at + 1] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def mistyped(said: Said, noise: Noise, chance: Random) -> Said:
    """The same, in some cases with another postcode than the one that was meant."""
    if not said.postcode or chance.random() >= noise.postcode_slip:
        return said
    return replace(said, postcode=postcode_slip(said.postcode, chance))


def postcode_slip(postcode: str, chance: Random) -> str:
    """Another postcode, a digit or letter away, or with the last two letters swapped.

    Forms refuse what is no postcode, so that a digit stays a digit.
    """
    swapped = postcode[:-2] + postcode[-1] + postcode[-2]
    if swapped != postcode and chance.random() < _SWAPPED:
        return swapped
    at = chance.choice([i for i in range(len("QX"), len(postcode)) if postcode[i] != " "])
    ways = _DIGITS if postcode[at].isdigit() else _OF_A_UNIT
    # No district is numbered from nought.
    ways = ways.replace("0", "") if at == len("QX") else ways
    return postcode[:at] + chance.choice(ways.replace(postcode[at], "")) + postcode[at + 1 :]


def _date(born: str, noise: Noise, chance: Random) -> str | None:
    if chance.random() < noise.no_birth_date:
        return None
    if chance.random() < noise.placeholder:
        return f"{born[:4]}-01-01"
    if chance.random() < noise.year_alone:
        return born[:4]
    if chance.random() < noise.date_slip:
        return date_slip(born, chance)
    return born


def date_slip(born: str, chance: Random) -> str:
    """Another day that one digit, or a swap of day and month, away; the same if none is a day."""
    year, month, day = born.split("-")
    swapped = f"{year}-{day}-{month}"
    at = chance.choice((3, 6, 8, 9))
    mistyped = born[:at] + chance.choice("0123456789") + born[at + 1 :]
    for wrong in (swapped, mistyped) if chance.random() < 0.3 else (mistyped, swapped):
        try:
            date.fromisoformat(wrong)
        except ValueError:
            continue
        return wrong
    return born


def _sex(sex: str | None, noise: Noise, chance: Random) -> str | None:
    if sex is None or chance.random() < noise.no_sex:
        return None
    if chance.random() < noise.wrong_sex:
        return "MALE" if sex == "FEMALE" else "FEMALE"
    return sex


def _home(now: str | None, before: str, noise: Noise, chance: Random) -> str | None:
    if chance.random() < noise.no_postcode:
        return None
    return before if chance.random() < noise.stale_postcode else now
