"""Who is born or lives beside a child: a twin, one who shares the first name, namesakes."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from bench.matching.district.child import Child, Household, Said
from bench.matching.district.households import Families, home_of
from bench.matching.district.mix import Mix
from bench.matching.district.noise import date_slip, slip

_ALIKE: Final = 0.05  # twins whose given names are one slip apart
_TRIES: Final = 1_000  # draws of a name for a twin


def _twin(child: Child, made: Families, chance: Random) -> Child | None:
    """The other of a pair: called by a name of their own, of some pairs one letter from the first.

    None where chance brings no name that is free in their home.
    """
    for _ in range(_TRIES):
        other = chance.choice(made.children)
        alike = chance.random() < _ALIKE
        twin = _one_letter_off(child, other, chance) if alike else _named_as(other, child)
        if twin and not made.taken(child.household, twin.said.naming.given, twin.called):
            return twin
    return None


def _one_letter_off(child: Child, other: Child, chance: Random) -> Child | None:
    """A twin called by nearly the same name; a first one that many share is both children's.

    None if no letter changed.
    """
    said, word = child.said, child.called[0]
    slipped = slip(word, chance).capitalize()
    if slipped == word:
        return None
    if word != said.given:
        return _like(child, replace(said, further=(slipped,)), called=(slipped,))
    further = _further(other, child)
    two = further[: len(child.called) - 1]
    return _like(child, replace(said, given=slipped, further=further), called=(slipped, *two))


def _named_as(other: Child, child: Child) -> Child | None:
    """A twin named as another child of the district is; None if the first name is the same."""
    if other.said.given == child.said.given:
        return None
    further = _further(other, child)
    called = other.called if further == other.said.further else (other.said.given,)
    said = replace(child.said, given=other.said.given, further=further, sex=other.said.sex)
    return _like(child, said, called=called)


def _further(other: Child, child: Child) -> tuple[str, ...]:
    """As many further names as the child has; nobody's are what the child is called by."""
    if len(other.said.further) == len(child.said.further):
        return other.said.further
    own = child.said.further
    return own if {*own}.isdisjoint(child.called) else ()


def _sharing(child: Child, made: Families, chance: Random) -> Child | None:
    """A twin or a sibling of the same first name, called by the next one; where they are so named.

    Files seldom leave out the name that a child is called by.
    """
    if not child.pair:
        return None
    first, called, other = child.pair
    said = replace(child.said, given=first, further=(called,))
    here = replace(made.children[child.key], said=said, forms=(), rival=True, own_further=True)
    made.change(replace(here, called=(called,)))
    born = said.born if chance.random() < 0.5 else _another_day(chance)
    twin = _like(here, replace(said, further=(other,), born=born), called=(other,))
    return replace(twin, rival=True)


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
    made.change(replace(made.children[child.key], rival=True))
    said = replace(child.said, further=(), born=born)
    made.households[f"n{len(made.children)}"] = Household()
    return replace(
        _like(child, said), household=f"n{len(made.children)}", homes=child.homes[:1], rival=True
    )


def _elsewhere(child: Child, born: str, made: Families, *, rival: bool = False) -> Child:
    if rival:
        made.change(replace(made.children[child.key], rival=True))
    household = f"n{len(made.children)}"
    homes = home_of(household, made)
    said = replace(child.said, further=(), born=born, postcode=homes[0])
    return replace(_like(child, said), household=household, homes=homes, rival=rival)


def _like(child: Child, said: Said, called: tuple[str, ...] = ()) -> Child:
    called = called or (said.given,)
    return replace(child, said=said, called=called, forms=(), rival=False, strangers=0.0)


def _near(child: Child, chance: Random) -> str:
    born = date_slip(child.said.born or "", chance)
    return born if born != child.said.born else "2010-06-15"


def _another_day(chance: Random) -> str:
    return (
        f"{chance.randrange(2008, 2026)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    )


OTHERS: Final[tuple[tuple[Callable[[Mix], float], Callable[..., Child | None]], ...]] = (
    (lambda mix: mix.twins, _twin),
    (lambda mix: mix.namesakes, _namesake),
    (lambda mix: mix.slip_away, _slip_away),
    (lambda mix: mix.birthday, _of_one_birthday),
    (lambda mix: mix.postcode, _at_one_postcode),
    (lambda mix: mix.sharing, _sharing),
)
