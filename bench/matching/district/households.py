"""The homes of a made-up district, and the children in them as they come."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from stdnum.gb import upn

from bench.matching.district.child import Child, Household

_MOVED, _MOVED_AGAIN, _SILENT = 0.3, 0.3, 0.25
_RENAMED, _ENROLLED, _RESTRICTED = 0.04, 0.75, 0.01
_PRACTICES: Final = 40
_NOWHERE: Final = 0.12  # children whom no agency has met
_OTHER_FAMILIES: Final = ("Achterby", "Jones", "Okafor", "Taylor", "Nowak", "Brindle", "Reyes")


@dataclass(slots=True)
class Families:
    """The children of a district as they come, and their households."""

    chance: Random
    children: list[Child] = field(default_factory=list)
    households: dict[str, Household] = field(default_factory=dict)

    def add(self, child: Child) -> Child:
        """One more child, with numbers, a history and a chance of its own."""
        chance, key = self.chance, len(self.children)
        home = self.households.setdefault(child.household, Household())
        if not home.carer:
            parent = chance.choice(self.children or [child]).said.given
            home.carer = f"{parent} {child.said.family}"
        home.practice = home.practice or f"Q{chance.randrange(_PRACTICES):05}"
        whole = replace(
            child,
            key=key,
            nhs=_nhs(key),
            upn=_upn(key),
            former_family=chance.choice(_OTHER_FAMILIES) if chance.random() < _RENAMED else None,
            nowhere=chance.random() < _NOWHERE,
            enrolled=chance.random() < _ENROLLED,
            restricted=chance.random() < _RESTRICTED,
        )
        self.children.append(whole)
        home.children.append(whole)
        return whole

    def taken(self, household: str, given: tuple[str, ...], called: tuple[str, ...]) -> bool:
        """Whether a child of this home has these names, or the first of them, or is called so.

        No parents name another child so, and they call no two by one name.
        """
        others = self.households.get(household, Household()).children
        names = [child.said.naming.given for child in others]
        same = any(given[: len(each)] == each[: len(given)] for each in names)
        return same or any(child.called == called for child in others)

    def change(self, child: Child) -> None:
        """Put this child in the place of the one with the same key."""
        home = self.households[child.household]
        self.children[child.key] = child
        home.children = [child if each.key == child.key else each for each in home.children]


def home_of(household: str, made: Families) -> tuple[str, ...]:
    """The postcodes of a household, the present one first; the same for all who live there."""
    home = made.households.get(household)
    if home and home.children:
        return home.children[0].homes
    chance = made.chance
    homes = [postcode(chance)]
    if chance.random() < _MOVED:
        homes.append(postcode(chance))
        if chance.random() < _MOVED_AGAIN:
            homes.append(postcode(chance))
    made.households[household] = Household(silent=chance.random() < _SILENT)
    return tuple(homes)


def postcode(chance: Random) -> str:
    """A made-up postcode of the district."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    unit = chance.choice(letters) + chance.choice(letters)
    return f"QX{chance.randrange(1, 30)} {chance.randrange(10)}{unit}"


def _nhs(key: int) -> str:
    """A number of ten digits whose last one checks the others (mod 11), as NHS numbers have."""
    for spare in range(10):
        body = f"9{key:07}{spare}"
        check = -sum(int(d) * (10 - place) for place, d in enumerate(body)) % 11
        if check < 10:
            return f"{body}{check}"
    raise AssertionError("ten numbers in a row have no check digit")


def _upn(key: int) -> str:
    """A pupil number with its check letter."""
    digits = f"801{key:09}"
    return f"{upn.calc_check_digit(digits)}{digits}"
