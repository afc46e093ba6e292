"""The laws of the shield over small worlds; `make laws` tries large ones, and many more."""

from dataclasses import replace

import pytest

from tests.support.agencies import HOME
from tests.support.laws.laws import LAWS
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.children import MIRA
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.truth import restricted, told_of
from tests.support.laws.town.world import LawWorld
from tests.support.samples import examples

SEEDS = range(1, 1 + examples(1))  # each with a few examples; `make laws` tries many more
HOLDS = HeldRecord("a0", 0, MIRA)
WORLD = LawWorld(
    (MIRA,),
    (
        LawAgency(0, "spine", held=(HOLDS,)),
        LawAgency(1, "authority", (HOME,), held=(replace(HOLDS, agency="a1"),)),
        LawAgency(2, "none", (HOME,), seconds=1.5, held=(replace(HOLDS, agency="a2"),)),
    ),
)
ASKED = LawQuestion(MIRA)


@pytest.mark.sampled
@pytest.mark.parametrize("name", LAWS)
def test_whoever_asks_in_whatever_way_the_law_holds(place: LawPlace, name: str) -> None:
    assert LAWS[name].hold_for(place, SEEDS) > len(SEEDS)


def test_the_laws_are_not_empty_of_a_child_whom_nobody_restricts_every_place_is_told(
    place: LawPlace,
) -> None:
    (said,) = answers(place, WORLD, LawCaller(), [ASKED])
    assert {*told_of(WORLD, MIRA, said.text)} >= {r.mark for r in WORLD.records}
    assert restricted(WORLD, LawCaller(), ASKED) == []


def test_break_glass_lifts_a_doubt_in_these_worlds_too(place: LawPlace) -> None:
    doubted = WORLD.with_(replace(WORLD.agencies[1], state="down"))
    plain, broken = answers(place, doubted, LawCaller(), [ASKED, replace(ASKED, broke_glass=True)])
    assert "a2c0n0" not in plain.text
    assert "Qa2c0n0z" in broken.text


def test_time_is_exact_though_agencies_are_asked_over_real_sockets(place: LawPlace) -> None:
    (said,) = answers(place, WORLD, LawCaller(), [replace(ASKED, streamed=True)])
    assert said.plain[-1][0] == pytest.approx(1.5)
    assert len({*said.served}) == len(WORLD.records)


def test_who_tells_two_moments_apart_sees_a_slow_agency(place: LawPlace) -> None:
    faster = WORLD.with_(replace(WORLD.agencies[2], seconds=1.0))
    one, other = (answers(place, world, LawCaller(), [ASKED])[0] for world in (WORLD, faster))
    assert one.plain != other.plain
    again = answers(place, WORLD, LawCaller(), [ASKED])[0]
    assert one.plain == again.plain
