"""The families of a district: a census sample's households, named as they are or by custom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from bench.matching.district.child import Child, Naming, Said
from bench.matching.district.custom import Custom, Named, Parents
from bench.matching.district.customs import customs
from bench.matching.district.households import Families, home_of
from bench.matching.district.mix import Mix
from bench.matching.district.names import Names
from bench.matching.district.twins_and_namesakes import OTHERS
from bench.matching.gateway.agencies import ENGLAND

Row = Mapping[str, str]
_BIRTHDAYS: Final = 18 * 365.25


def families(rows: Iterable[Row], mix: Mix, chance: Random) -> Families:
    """The families of these rows of the sample, and who else lives there."""
    made = Families(chance)
    every = list(rows)
    named: Callable[[Row], Child] = _Renamed(made) if mix.england else _Sampled(every, made)
    for row in every:
        child = made.add(named(row))
        for share, other in OTHERS:
            if chance.random() < share(mix) and (more := other(child, made, chance)):
                made.add(more)
    return made


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
        while self.made.taken(row["household_id"], (first,), (first,)):
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
        while self.made.taken(household, named.naming.given, named.called):
            named = custom.named(parents, sex, chance)
        common = custom.frequency(named.naming.given[0], parents, sex)
        child = _child(row, named, custom.name, self.made)
        return replace(
            child,
            own_further=custom.own_name,
            strangers=_strangers(common),
            pair=custom.siblings(named.naming, sex, chance),
        )


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
    return Child(0, household, said, group, "", "", homes, forms=named.forms, called=named.called)


def _strangers(common: float) -> float:
    return ENGLAND * common / _BIRTHDAYS
