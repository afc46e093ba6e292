"""The families of a district: a census sample's households, named as they are or by custom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from stdnum.gb import upn

from bench.matching.district.child import Child, Household, Naming, Said
from bench.matching.district.custom import Custom, Named, Parents
from bench.matching.district.customs import customs
from bench.matching.district.names import Names
from bench.matching.district.noise import date_slip, slip
from bench.matching.gateway.agencies import ENGLAND

Row = Mapping[str, str]
_BIRTHDAYS: Final = 18 * 365.25
_MOVED, _MOVED_AGAIN, _SILENT = 0.3, 0.3, 0.25
_RENAMED, _ENROLLED, _RESTRICTED = 0.04, 0.75, 0.01
_PRACTICES: Final = 40
_ALIKE: Final = 0.05  # twins whose given names are one slip apart
_NOWHERE: Final = 0.12  # children whom no agency has met
_OTHER_FAMILIES: Final = ("Achterby", "Jones", "Okafor", "Taylor", "Nowak", "Brindle", "Reyes")


@dataclass(frozen=True, slots=True)
class Mix:
    """Who lives in a district, beside the sample's families; each a share of its children.

    `england` names the families by England's naming customs. `namesakes` is of another home: half
    born a slip of the pen away, half on any day; `slip_away`, `birthday` and `postcode` are
    children of the same name born a slip away, born on the same day, or living at one postcode.
    `sharing` is a twin or sibling of the same first name.
    """

    england: bool = False
    twins: float = 0.03
    namesakes: float = 0.02
    slip_away: float = 0.0
    birthday: float = 0.0
    postcode: float = 0.0
    sharing: float = 0.0


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


def families(rows: Iterable[Row], mix: Mix, chance: Random) -> Families:
    """The families of these rows of the sample, and who else lives there."""
    made = Families(chance)
    every = list(rows)
    named: Callable[[Row], Child] = _Renamed(made) if mix.england else _Sampled(every, made)
    for row in every:
        child = made.add(named(row))
        for share, other in _OTHERS:
            if chance.random() < share(mix) and (more := other(child, made, chance)):
                made.add(more)
    return made


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


@cache
def sample() -> tuple[Row, ...]:
    """The children of the census that the package `pseudopeople` carries, each once."""
    import pandas as pd  # noqa: PLC0415 - an optional extra
    import pseudopeople  # noqa: PLC0415 - an optional extra

    folder = Path(pseudopeople.__file__).parent / "data/sample_datasets/decennial_census"
    frame = pd.read_parquet(folder / "decennial_census.parquet")
    frame = frame[(frame.age.astype(float) < 18) & (frame.housing_type == "Household")]
    frame = frame.drop_duplicates("simulant_id").astype(str)
    return tuple({str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records"))


@dataclass(slots=True)
class _Sampled:
    """Children with the sample's own names; a middle name is somebody's first."""

    rows: list[Row]
    made: Families
    _families: Names = field(init=False)
    _givens: Names = field(init=False)

    def __post_init__(self) -> None:
        self._families = Names.counted(row["last_name"] for row in self.rows)
        self._givens = Names.counted(row["first_name"] for row in self.rows)

    def __call__(self, row: Row) -> Child:
        further = (self._givens.drawn(self.made.chance),)
        family, first = row["last_name"], row["first_name"]
        while _given_already((first,), row["household_id"], self.made):
            first = self._givens.drawn(self.made.chance)
        common = self._families.share[family] * self._givens.share[first]
        named = Named(Naming((first, *further), family))
        child = _child(row, named, row["race_ethnicity"], self.made)
        pair = (first, *further, self._givens.drawn(self.made.chance))
        return replace(child, strangers=_strangers(common), pair=pair if len({*pair}) == 3 else ())


@dataclass(slots=True)
class _Renamed:
    """The same households, named by England's customs; a household has one."""

    made: Families
    _parents: dict[str, tuple[Custom, Parents]] = field(default_factory=dict)

    def __call__(self, row: Row) -> Child:
        chance, household = self.made.chance, row["household_id"]
        if household not in self._parents:
            every = customs()
            custom = chance.choices(every, [each.share for each in every])[0]
            self._parents[household] = custom, custom.parents(chance)
        custom, parents = self._parents[household]
        sex = row["sex"].upper()
        named = custom.named(parents, sex, chance)
        while _given_already(named.naming.given, household, self.made):
            named = custom.named(parents, sex, chance)
        common = custom.frequency(named.naming.given[0], parents, sex)
        child = _child(row, named, custom.name, self.made)
        return replace(
            child,
            own_further=custom.own_name,
            strangers=_strangers(common),
            pair=custom.siblings(named.naming, sex, chance),
        )


def _given_already(given: tuple[str, ...], household: str, made: Families) -> bool:
    """Whether a brother or sister has these names, or the first of them: parents name none so."""
    home = made.households.get(household, Household())
    taken = ((child.said.given, *child.said.further) for child in home.children)
    return any(given[: len(names)] == names[: len(given)] for names in taken)


def _child(row: Row, named: Named, group: str, made: Families) -> Child:
    household = row["household_id"]
    homes = home_of(household, made)
    born = f"{2008 + int(row['date_of_birth'][:4]) % 18}{row['date_of_birth'][4:10]}"
    said = Said(
        given=named.naming.given[0],
        further=named.naming.given[1:],
        family=named.naming.family,
        born=born if not born.endswith("02-29") else f"{born[:8]}28",
        sex=row["sex"].upper(),
        postcode=homes[0],
    )
    return Child(0, household, said, group, "", "", homes, named.forms)


def _strangers(common: float) -> float:
    return ENGLAND * common / _BIRTHDAYS


def _twin(child: Child, made: Families, chance: Random) -> Child:
    """The other of a pair: a name of their own, of some pairs one letter from the first."""
    said = child.said
    other = chance.choice(made.children).said
    given, sex = other.given, other.sex
    if chance.random() < _ALIKE:
        given, sex = slip(said.given, chance).capitalize(), said.sex
    if given == said.given:
        return _twin(child, made, chance)
    further = other.further if len(said.further) == len(other.further) else said.further
    return _like(child, replace(said, given=given, further=further, sex=sex))


def _sharing(child: Child, made: Families, chance: Random) -> Child | None:
    """A twin or a sibling of the same first name, called by the next one; where they are so named.

    Files seldom leave out the name that a child is called by.
    """
    if not child.pair:
        return None
    first, called, other = child.pair
    said = replace(child.said, given=first, further=(called,))
    here = replace(made.children[child.key], said=said, forms=(), rival=True, own_further=True)
    made.children[child.key] = here
    born = said.born if chance.random() < 0.5 else _another_day(chance)
    return replace(_like(here, replace(said, further=(other,), born=born)), rival=True)


def _namesake(child: Child, made: Families, chance: Random) -> Child:
    """Another child of the same name: half of them born on a day that is easily mistaken."""
    born = _near(child, chance) if chance.random() < 0.5 else _another_day(chance)
    return _elsewhere(child, born, made)


def _slip_away(child: Child, made: Families, chance: Random) -> Child:
    return _elsewhere(child, _near(child, chance), made, rival=True)


def _of_one_birthday(child: Child, made: Families, chance: Random) -> Child:
    del chance
    return _elsewhere(child, child.said.born or "", made, rival=True)


def _at_one_postcode(child: Child, made: Families, chance: Random) -> Child:
    born = _near(child, chance) if chance.random() < 0.5 else _another_day(chance)
    made.children[child.key] = replace(made.children[child.key], rival=True)
    said = replace(child.said, further=(), born=born)
    made.households[f"n{len(made.children)}"] = Household()
    return replace(
        _like(child, said), household=f"n{len(made.children)}", homes=child.homes[:1], rival=True
    )


def _elsewhere(child: Child, born: str, made: Families, *, rival: bool = False) -> Child:
    if rival:
        made.children[child.key] = replace(made.children[child.key], rival=True)
    household = f"n{len(made.children)}"
    homes = home_of(household, made)
    said = replace(child.said, further=(), born=born, postcode=homes[0])
    return replace(_like(child, said), household=household, homes=homes, rival=rival)


def _like(child: Child, said: Said) -> Child:
    return replace(child, said=said, forms=(), rival=False, strangers=0.0)


def _near(child: Child, chance: Random) -> str:
    born = date_slip(child.said.born or "", chance)
    return born if born != child.said.born else "2010-06-15"


def _another_day(chance: Random) -> str:
    return (
        f"{chance.randrange(2008, 2026)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    )


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


_OTHERS: Final[tuple[tuple[Callable[[Mix], float], Callable[..., Child | None]], ...]] = (
    (lambda mix: mix.twins, _twin),
    (lambda mix: mix.namesakes, _namesake),
    (lambda mix: mix.slip_away, _slip_away),
    (lambda mix: mix.birthday, _of_one_birthday),
    (lambda mix: mix.postcode, _at_one_postcode),
    (lambda mix: mix.sharing, _sharing),
)
