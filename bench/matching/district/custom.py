"""A naming custom: who bears which names, and how a child is named after the parents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from bench.matching.district.child import Naming
from bench.matching.district.names import Names

_COVERED: Final = 0.5  # of a custom's people, whose given name, or surname, the lists have
FEMALE: Final = "FEMALE"


@dataclass(frozen=True, slots=True)
class Parents:
    """What the children of a household get of their parents: a surname, a father's names."""

    family: str
    father: str
    grandfather: str


@dataclass(frozen=True, slots=True)
class Named:
    """A child's names, and the other ways in which a file may have them.

    `own` are the given names that the child is called by, where that is not the first.
    """

    naming: Naming
    forms: tuple[Naming, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def called(self) -> tuple[str, ...]:
        """What the child is called by."""
        return self.own or self.naming.given[:1]


Rule = Callable[["Custom", Parents, str, str, Random], Named]


@dataclass(frozen=True)
class Custom:
    """A naming custom. `share` is of the made-up district, `in_england` of England's children.

    `rule` makes a child's names of the parents' and a first name. `own_name`: the names after the
    first are no middle name, which half of all files leave out. `covered` is the share of its
    people whose given name, or surname, the lists have. `shares`: brothers or sisters may have one
    first name, of the `leads` where there are such, and another after it.
    """

    name: str
    share: float
    in_england: float
    girls: Names
    boys: Names
    families: Names
    rule: Rule
    own_name: bool = False
    covered: float = _COVERED
    leads: Mapping[str, Names] | None = None
    shares: bool = False

    def parents(self, chance: Random) -> Parents:
        """Parents of this custom."""
        return Parents(
            self.families.drawn(chance), self.boys.drawn(chance), self.boys.drawn(chance)
        )

    def first(self, sex: str, chance: Random) -> str:
        """A first name."""
        return (self.girls if sex == FEMALE else self.boys).drawn(chance)

    def named(self, parents: Parents, sex: str, chance: Random) -> Named:
        """A child's names."""
        return self.rule(self, parents, self.first(sex, chance), sex, chance)

    def siblings(self, naming: Naming, sex: str, chance: Random) -> tuple[str, ...]:
        """A first name that two share, and what each is called by; nothing where none do."""
        if not self.shares:
            return ()
        first = self.leads[sex].drawn(chance) if self.leads else naming.given[0]
        called = {name for name in naming.given if name != first} or {self.first(sex, chance)}
        one = min(called)
        others = (self.first(sex, chance) for _ in range(20))
        other = next((name for name in others if name not in (first, one)), "")
        return (first, one, other) if other and one != first else ()

    def frequency(self, first_name: str, parents: Parents, sex: str) -> float:
        """The share of England's children who have this first name and such parents' surname."""
        givens = self.girls if sex == FEMALE else self.boys
        first = givens.share.get(first_name, 0.0)
        if self.leads is not None:
            first += 0.4 * self.leads[sex].share.get(first_name, 0.0)
        family = self.families.share.get(parents.family, 0.0)
        return self.in_england * self.covered**2 * first * family / 2
