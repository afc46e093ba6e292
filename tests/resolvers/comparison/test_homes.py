"""An address that two agencies cut differently is one home; two homes are never one."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.record import Address, Record
from resolvers.child.child import Fact
from resolvers.child.stitch import Member, stitch
from resolvers.comparison.homes import Homes

HIGH_STREET = Address(("12 High Street",), "ZE1 0AA")
TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Home:
    """What tells one front door from another."""

    number: str
    flat: str | None
    postcode: str

    def written(self, chance: Random) -> Address:
        """As one of many clerks writes it."""
        street = chance.choice(["High Street", "High St", "HIGH ST."])
        number = chance.choice([f"{self.number} {street}", f"No. {self.number}, {street}"])
        flat = [f"Flat {self.flat}"] if self.flat else []
        lines = chance.choice([[*flat, number], [number, *flat], [", ".join([*flat, number])]])
        town = chance.choice([[], ["Northbrook"], ["Northbrook", "Brookshire"], [self.postcode]])
        postcode = chance.choice([self.postcode, self.postcode.replace(" ", "").lower()])
        return Address((*lines, *town), postcode)


HOMES = st.builds(
    Home,
    st.sampled_from(["1", "2", "12", "12a", "112"]),
    st.none() | st.sampled_from(["1", "2", "A"]),
    st.sampled_from(["ZE1 0AA", "ZE1 0AB"]),
)
CHANCE = st.randoms(use_true_random=False)


def addresses(*told: Address) -> tuple[Fact[Address], ...]:
    members = [Member(f"agency-{n}", None, Record(addresses=(a,))) for n, a in enumerate(told)]
    return stitch("c", members, TODAY).addresses


@given(HOMES, CHANCE)
def test_one_home_is_one_however_it_is_cut(home: Home, chance: Random) -> None:
    found = addresses(home.written(chance), home.written(chance))
    assert len(found) == 1
    assert [source.agency for source in found[0].sources] == ["agency-0", "agency-1"]


@given(HOMES, HOMES, CHANCE)
def test_two_homes_are_never_one(first: Home, second: Home, chance: Random) -> None:
    found = addresses(first.written(chance), second.written(chance))
    assert len(found) == (1 if first == second else 2)


@given(st.lists(HOMES, max_size=5), st.lists(st.sampled_from(["7", "8", None]), max_size=5), CHANCE)
def test_neither_order_nor_repetition_makes_another_home(
    homes: list[Home], uprns: list[str | None], chance: Random
) -> None:
    told = [replace(h.written(chance), uprn=u) for h, u in zip(homes, uprns, strict=False)]
    one_way, other_way = Homes.of(told), Homes.of([*reversed(told), *told])
    assert [one_way.home(a) for a in told] == [other_way.home(a) for a in told]


def test_a_property_number_joins_what_is_written_in_two_ways() -> None:
    whole = replace(HIGH_STREET, uprn="100023336956")
    padded = Address(("The Old Bakery",), "ZE1 0AA", uprn="0100023336956".zfill(14))
    assert len(addresses(whole, padded)) == 1


def test_two_property_numbers_at_one_door_are_two_homes_and_who_tells_none_is_of_neither() -> None:
    upstairs, downstairs = (replace(HIGH_STREET, uprn=uprn) for uprn in ("7", "8"))
    assert len(addresses(upstairs, downstairs)) == 2
    assert len(addresses(upstairs, downstairs, HIGH_STREET)) == 3
    assert [a.value.uprn for a in addresses(upstairs, HIGH_STREET)] == ["7"]


@pytest.mark.parametrize(
    "line",
    [
        "Basement, 12 High Street",
        "12 High Street, Ground Floor",
        "The Coach House, 12 High Street",
        "c/o Hart, 12 High Street",
        "12A High Street",
        "12-14 High Street",
        "High Street",
    ],
)
def test_what_may_be_another_door_is_told_by_itself(line: str) -> None:
    assert len(addresses(HIGH_STREET, Address((line,), "ZE1 0AA"))) == 2


def test_without_a_postcode_only_the_same_words_are_the_same_home() -> None:
    unplaced = replace(HIGH_STREET, postcode=None)
    assert len(addresses(unplaced, replace(unplaced, lines=("12 HIGH STREET",)))) == 1
    assert len(addresses(unplaced, replace(unplaced, lines=("12 High Street", "Leeds")))) == 2
    assert len(addresses(unplaced, HIGH_STREET)) == 2


def test_a_home_lived_in_twice_stands_twice() -> None:
    assert len(addresses(HIGH_STREET, replace(HIGH_STREET, current=False))) == 2


@pytest.mark.parametrize(
    "none", ["UNKNOWN", "N/A", "-", "0", "000000000000", "999999999999", "1111"]
)
def test_two_homes_stay_two_where_a_system_writes_one_text_for_no_property(none: str) -> None:
    mill = Address(("3 Mill Lane",), "ZE1 0AB", uprn=none)
    told = addresses(replace(HIGH_STREET, uprn=none), mill, replace(HIGH_STREET, uprn="7"))
    assert [(one.value.postcode, one.value.uprn) for one in told] == [
        ("ZE1 0AA", "7"),
        ("ZE1 0AB", none),
    ]
