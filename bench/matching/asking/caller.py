"""A made-up caller: what they type first, and what they say when they are asked for more."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from bench.matching.district.child import Child, Naming, Said
from bench.matching.district.noise import Noise, mistyped, written
from bench.matching.district.world import World, by_custom, otherwise
from bench.matching.settings import Setting

_WRONG_NUMBER: Final = 0.002  # callers who read out a brother's or sister's number
_NO_MIDDLE: Final = 0.5
_KNOWS_UPN: Final = 0.2
_OTHER_FORM: Final = 0.06  # callers who have the names in another form of the custom
_READS_RIGHT: Final = 0.9  # callers whose second look at name and date finds their slip
_HAS_OTHER_PAPER: Final = 0.5  # second looks that meet another form of the names, if there is one
_HAS_NUMBER: Final = 0.3  # callers who can find a number when they are asked for one
_HAS_FORMER_HOME: Final = 0.5  # callers who know where a family lived before it moved
_HAS_CARER: Final = 0.8  # callers who know a parent's name
_HAS_FURTHER: Final = 0.8  # callers who can find the further given names
_HAS_PRACTICE: Final = 0.5  # callers who can find out the GP practice, as from a parent

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MadeUpCaller:
    """Somebody who asks about `child`: `said` is what they type, `number` what they read out.

    `paper` is what they read it from: it may have another form of the names. `home` is the postcode
    that they meant to type. `carer` is a parent's name, `former_home` a postcode, `practice` an ODS
    code, `other_name` another form of the names; none is told at first.
    """

    child: Child
    paper: Said
    said: Said
    number: tuple[str, str] | None
    chance: Random
    home: str | None = None
    carer: str = ""
    told_carer: bool = False
    former_home: str = ""
    practice: str = ""
    told_practice: bool = False
    other_name: Naming | None = None

    @property
    def errs(self) -> bool:
        """Whether something of name or date is not the child's, nor another form of it."""
        return errs(self.child, self.said)

    @property
    def told(self) -> Told:
        """The details as the gateway takes them."""
        said = self.said
        details = {
            "givenNames": list(said.naming.given),
            "familyName": said.family,
            "birthDate": said.born,
            "sex": said.sex,
            "postcode": said.postcode,
        }
        numbers = [self.number] if self.number else []
        more: list[tuple[str, Any]] = [("carers", [self.carer])] if self.told_carer else []
        more += [("formerPostcodes", [self.former_home])] if self.former_home else []
        more += [("gpPractice", self.practice)] if self.told_practice else []
        other = self.other_name
        if other:
            named = {"givenNames": list(other.given), "familyName": other.family}
            more.append(("otherNames", [named]))
        return {name: value for name, value in (*details.items(), *numbers, *more) if value}

    @property
    def keys(self) -> Mapping[str, str]:
        """The same as keys of agencies' searches."""
        said = self.said
        keys = {
            "given_name": said.given,
            "family_name": said.family,
            "birth_date": said.born if said.born and len(said.born) == len("2015-03-09") else None,
        }
        if self.number:
            keys["nhs_number" if self.number[0] == "nhsNumber" else "upn"] = self.number[1]
        return {name: value for name, value in keys.items() if value}

    def reads_again(self, details: Container[str]) -> "MadeUpCaller | None":
        """The same with these details as they are on the paper, and as another one has the names.

        None if nothing was wrong, and no other paper has another form of the names.
        """
        corrected = self._corrected(details)
        caller = corrected or self
        other = caller.another_form() if "other_names" in details else None
        return replace(caller, other_name=other) if other else corrected

    def _corrected(self, details: Container[str]) -> "MadeUpCaller | None":
        true, right = self.paper, self.said
        if self.errs and "birth_date" in details:
            right = replace(right, given=true.given, family=true.family, born=true.born)
        if right.sex not in (None, true.sex) and "sex" in details:
            right = replace(right, sex=true.sex)
        if "postcode" in details:
            right = replace(right, postcode=self.home)
        if right == self.said or self.chance.random() >= _READS_RIGHT:
            return None
        return replace(self, said=right)

    def another_form(self) -> Naming | None:
        """The names as another paper has them, if they meet one."""
        child, first = self.child, (self.said.given, self.said.family)
        forms = [f for f in (child.said.naming, *child.forms) if (f.given[0], f.family) != first]
        if self.other_name or not forms or self.chance.random() >= _HAS_OTHER_PAPER:
            return None
        return self.chance.choice(forms)

    def tells_more(self, details: Iterable[str]) -> "MadeUpCaller | None":
        """The same with one more detail, the first of those asked for that they can find.

        None if they have none.
        """
        ways = {
            "nhs_number": self._with_number,
            "upn": self._with_number,
            "given_name": self._with_further,
            "postcode": self._with_home,
            "former_postcodes": self._with_former_home,
            "sex": self._with_sex,
            "gp_practice": self._with_practice,
            "carers": self._with_carer,
        }
        # A number of either scheme is looked for once.
        tried = dict.fromkeys(ways[detail] for detail in details if detail in ways)
        return next(filter(None, (way() for way in tried)), None)

    def _with_number(self) -> "MadeUpCaller | None":
        """With a number of either scheme: it stands on one paper."""
        if self.number or self.chance.random() >= _HAS_NUMBER:
            return None
        return replace(self, number=_number(self.child, self.chance))

    def _with_further(self) -> "MadeUpCaller | None":
        further = self.paper.further
        if not further or self.said.further or self.chance.random() >= _HAS_FURTHER:
            return None
        return replace(self, said=replace(self.said, further=further))

    def _with_home(self) -> "MadeUpCaller | None":
        home = self.child.said.postcode
        if self.said.postcode or not home:
            return None
        return replace(self, said=replace(self.said, postcode=home))

    def _with_former_home(self) -> "MadeUpCaller | None":
        homes = self.child.homes
        if len(homes) == 1 or self.former_home or self.chance.random() >= _HAS_FORMER_HOME:
            return None
        return replace(self, former_home=homes[1])

    def _with_sex(self) -> "MadeUpCaller | None":
        if self.said.sex:
            return None
        return replace(self, said=replace(self.said, sex=self.child.said.sex))

    def _with_practice(self) -> "MadeUpCaller | None":
        if not self.practice or self.told_practice or self.chance.random() >= _HAS_PRACTICE:
            return None
        return replace(self, told_practice=True)

    def _with_carer(self) -> "MadeUpCaller | None":
        if not self.carer or self.told_carer or self.chance.random() >= _HAS_CARER:
            return None
        return replace(self, told_carer=True)


def callers(world: World, setting: Setting, chance: Random) -> Iterator[MadeUpCaller]:
    """Callers about children drawn at random, held or not, for ever."""
    asked = [c for c in world.children if c.rival] if setting.rivals else world.children
    noise = replace(setting.noise, no_middle=0.0 if setting.all_given else _NO_MIDDLE)
    if setting.homed:
        noise = replace(noise, no_postcode=0.0)
    while True:
        yield _caller(chance.choice(asked), world, setting, noise, chance)


def _caller(
    child: Child, world: World, setting: Setting, noise: Noise, chance: Random
) -> MadeUpCaller:
    believed = otherwise(child, child.said, 0 if setting.all_given else _OTHER_FORM, chance)
    whose, meant = child, _typed(believed, child, setting.erring, by_custom(child, noise), chance)
    said = mistyped(meant, noise, chance)
    if chance.random() < _WRONG_NUMBER:
        whose = chance.choice(world.households[child.household].children)
    number = _number(whose, chance) if setting.numbered else None
    home = world.households[child.household]
    return MadeUpCaller(
        *(child, believed, said, number, chance, meant.postcode),
        carer=home.carer,
        practice=home.practice,
    )


def _typed(
    believed: Said, child: Child, erring: float | None, noise: Noise, chance: Random
) -> Said:
    """What the caller types, but for the keys they miss in the postcode.

    Where it is given how many err, so many do, and all tell name and date.
    """
    wrong = erring is not None and chance.random() < erring
    while True:
        said = written(believed, noise, child.homes[-1], chance)
        whole = said.given and said.family and said.born
        if erring is None or (whole and errs(child, said) is wrong):
            return said


def errs(child: Child, said: Said) -> bool:
    """Whether something of name or date is not the child's, nor another form of it."""
    true = child.said
    forms = ((true.given, true.family), *((f.given[0], f.family) for f in child.forms))
    return (said.given, said.family) not in forms or said.born != true.born


def _number(child: Child, chance: Random) -> tuple[str, str]:
    if child.enrolled and chance.random() < _KNOWS_UPN:
        return ("upn", child.upn)
    return ("nhsNumber", child.nhs)
