"""One round of `make laws`: every law by one seed, in a process of its own."""

from dataclasses import dataclass

from tests.support.laws.law import LONG, LawBroken
from tests.support.laws.laws import LAWS
from tests.support.laws.running.place import LawPlace


@dataclass(frozen=True, slots=True)
class LawRound:
    """What came of one seed: how many questions were asked, and which laws were broken, how."""

    number: int
    asked: int
    broken: tuple[str, ...]


def tried(chosen: str, number: int) -> LawRound:
    """Every law whose name has `chosen` in it, by one seed."""
    place, broken = LawPlace(), []
    for name, law in LAWS.items():
        if chosen not in name:
            continue
        try:
            law.hold(place, number, LONG)
        except LawBroken as error:
            broken.append(f"{error}\n{error.example}")
    place.close()
    return LawRound(number, place.asked, tuple(broken))
