"""Dozens of items in each list of hundreds of records: none is held against each."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import pytest

from adapters.contract.codes import InvolvementStatus, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import UPN
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    Record,
    School,
)
from resolvers.child.stitch import Member, stitch
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.edit_distance import slips
from resolvers.comparison.postcodes import KnownHomes
from resolvers.exchange import untied
from resolvers.matching.details import Details, ReadOnce
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference, Surroundings
from resolvers.matching.shield_reach import leading
from tests.support.resolvers.calls import calls
from tests.support.resolvers.people import AMARA, AMARA_NHS, KNOWN_BY_NUMBER, KNOWN_IN_FULL

FEW, MANY, ITEMS = 12, 48, 8
MOST: Final = 6  # times the work for four times the records
LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"
TOLD: Final = Surroundings(("Jo Far",), ("Hill",), ("Z",), ("01632960111",))
AT_HOME: Final = replace(KNOWN_BY_NUMBER, postcodes=frozenset({"AB1 2CD"}), surroundings=TOLD)
BY_NAME: Final = replace(KNOWN_IN_FULL, postcodes=frozenset({"AB1 2CD"}), surroundings=TOLD)
Make = Callable[[int, range], Record]


def postcode(number: int) -> str:
    first, second, third = (LETTERS[number // 20**place % 20] for place in range(3))
    return f"{first}{second}{number // 8000 % 9 + 1} {number % 9}{third}{LETTERS[number * 7 % 20]}"


def addresses(place: int, items: range) -> Record:
    homes = tuple(Address((f"{item} High Street",), postcode(item)) for item in items)
    return replace(AMARA, identifiers=(AMARA_NHS,) if place % 2 else (), addresses=homes)


def carers(_: int, items: range) -> Record:
    said = (Carer(f"Carer{item} Name{item}", "aunt", None, f"0161{item:07}") for item in items)
    return replace(AMARA, carers=tuple(said))


def schools(_: int, items: range) -> Record:
    return replace(AMARA, schools=tuple(School(f"School {item}", f"{item}") for item in items))


def numbers(_: int, items: range) -> Record:
    own = (Identifier(UPN, f"H{item:012}") for item in items)
    return replace(AMARA, identifiers=(AMARA_NHS, *own))


def own_numbers(_: int, items: range) -> Record:
    own = (Identifier("own", f"{item}") for item in items)
    return replace(AMARA, identifiers=(AMARA_NHS, *own))


def involvements(_: int, items: range) -> Record:
    led = partial(Involvement, lead_practitioner=True, status=InvolvementStatus.OPEN)
    said = (led(f"Service {item}", f"role {item}", start=PartialDate(2001)) for item in items)
    return replace(AMARA, involvements=tuple(said))


def events(_: int, items: range) -> Record:
    said = (Event(PartialDate(2001 + item % 20), "seen", f"{item}") for item in items)
    return replace(AMARA, events=tuple(said))


def practices(place: int, _: range) -> Record:
    return replace(AMARA, gp_practice=GpPractice(f"Surgery {place}", f"Y{place:05}"))


def next_number(place: int, _: range) -> Record:
    """Each leads to the next by a number."""
    two = (Identifier(UPN, f"H{place + more:012}") for more in (1, 2))
    return replace(AMARA, identifiers=tuple(two), restricted=True)


def next_home(place: int, _: range) -> Record:
    """Each leads to the next by a home; nobody has a number of hers."""
    homes = ("AB1 2CD" if not place else postcode(place * 400), postcode(place * 400 + 400))
    shared = (Identifier(UPN, "H000000000001"),)
    told = tuple(Address(("1 High Street",), each) for each in homes)
    return replace(AMARA, identifiers=shared, addresses=told, sex=Sex.FEMALE)


KINDS: Final = (
    *(addresses, carers, schools, numbers, own_numbers, involvements, events, practices),
    *(next_number, next_home),
)


def records(make: Make, number: int) -> tuple[Record, ...]:
    return tuple(
        replace(make(place, range(place * ITEMS, (place + 1) * ITEMS)), record_id=str(place))
        for place in range(number)
    )


def work(reference: Reference, held: dict[str, tuple[Record, ...]]) -> None:
    """All that is made of records from their arrival to the child."""
    read = ReadOnce()
    found = resolve(reference, held, read=read)
    certain = [(source, each) for source in held for each in found.certain(source)]
    untied(reference, certain, read)
    every = {(s, at): read(s, one) for s in held for at, one in enumerate(held[s])}
    leading(Details.of_reference(reference), every)
    stitch("q", [Member(source, None, each) for source, each in certain], date(2026, 11, 30))


def spent(make: Make, reference: Reference, number: int, *, apart: bool) -> int:
    made = records(make, number)
    held = {"gp": made}
    if apart:
        held = {f"gp-{at}": (one,) for at, one in enumerate(made)}
    return calls(partial(work, reference, held))


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize(("reference", "apart"), [(BY_NAME, False), (AT_HOME, True)])
def test_four_times_the_records_with_long_lists_cost_about_four_times_the_work(
    make: Make, reference: Reference, *, apart: bool
) -> None:
    few, many = (spent(make, reference, number, apart=apart) for number in (FEW, MANY))
    assert many <= MOST * few


def each_with_each(homes: KnownHomes, held: Iterable[str]) -> Agreement:
    pairs = ((mine, theirs) for mine in held for theirs in homes.known)
    return Agreement.SLIP if 1 in [slips(*pair) for pair in pairs] else Agreement.DIFFERENT


def test_the_law_finds_homes_that_are_held_each_against_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KnownHomes, "compare", each_with_each)
    few, many = (spent(addresses, AT_HOME, number, apart=False) for number in (FEW, MANY))
    assert many > MOST * few


def test_thousands_that_numbers_link_one_to_the_next_are_gone_through_once() -> None:
    chain = [("gp", each) for each in records(next_number, 2_000)]
    first = frozenset(chain[0][1].identifiers[:1])
    known = replace(KNOWN_BY_NUMBER, identifiers=first, postcodes=frozenset())
    assert untied(known, chain, ReadOnce()) is False
    assert untied(known, [*chain[:3], *chain[4:]], ReadOnce()) is False
