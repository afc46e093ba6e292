"""Two of one birthday and home, one called by the other's further name, are never taken for one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.comparison import names
from resolvers.comparison.common_names import common_surname
from resolvers.comparison.names import NamePart
from resolvers.comparison.naming import SHARED
from resolvers.matching import details, evidence
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, AMARA_NHS, AMARA_UPN, BORN, TWIN_NHS, TWIN_UPN

HOMES = (Address(postcode="XX1 2YY"),)
ALL = {"pds": 12_000_000, "school": 60_000, "care": 900, "housing": 900}
# Of each custom: what stands before the name of use, if anything does, and names of use.
CUSTOMS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "English": ((), ("James", "Oliver", "Thomas", "Edward")),
    "Lithuanian": ((), ("Domas", "Adomas", "Gytis", "Rokas")),
    "West African": ((), ("Linda", "Adjoa", "Temitope", "Chidera")),
    "Akan, with the name of the day": (("Kwame",), ("Temitope", "Nana", "Ebo", "Osei")),
    "South Asian Muslim": (("Muhammad", "Md", "Syed"), ("Yusuf", "Adam", "Bilal", "Ali")),
    "South Asian Muslim, two that many share": ((), ("Fatima", "Noor", "Bibi")),
    "Arabic": (("Abdul",), ("Mazen", "Ziad", "Laith", "Faris")),
    "Somali": ((), ("Liban", "Guled", "Warsame", "Bile")),
    "Eritrean or Ethiopian": ((), ("Eden", "Yonas", "Dawit", "Robel")),
    "Sikh": ((), ("Simran", "Harleen", "Jasleen", "Avneet")),
    "Cantonese": ((), ("Ka", "Yan", "Hei", "Lok")),
    "Cantonese, with an English name": (("Eric",), ("Tsz", "Fung", "Hin", "Lok")),
    "Vietnamese": (("Thi",), ("Lan", "Huong", "Linh", "Ngoc")),
    "Romanian": (("Maria",), ("Ioana", "Agnesa", "Petra", "Elena")),
    "Portuguese or Spanish": (("Maria", "Jose"), ("Ines", "Clara", "Beatriz", "Joao")),
}


class Two(NamedTuple):
    """What was told of one child, her own files and the other's, by agency; what is known of her.

    `learned` are names that an identity source has beside the told ones.
    """

    told: tuple[str, ...]
    files: Mapping[str, tuple[Record, ...]]
    learned: tuple[Name, ...] = ()
    by_number: frozenset[str] = frozenset()


def a_file(draw: st.DrawFn, given: tuple[str, ...], *, hers: bool) -> Record:
    """One file of either, with a number of its own or none; so that numbers link no two."""
    numbers: list[tuple[Identifier, ...]] = [(), (AMARA_NHS,), (AMARA_UPN,)]
    if not hers:
        numbers = [(), (TWIN_NHS,), (TWIN_UPN,)]
    return replace(
        AMARA,
        record_id=f"{'hers' if hers else 'other'}: {' '.join(given)}",
        identifiers=draw(st.sampled_from(numbers)),
        names=(Name(given, "Marsh"),),
        addresses=HOMES,
        sex=draw(st.sampled_from([Sex.FEMALE, None])),
    )


@st.composite
def twos(draw: st.DrawFn, customs: tuple[str, ...] = tuple(CUSTOMS)) -> Two:
    """One told by both names, the other called by the second; or told by the other's second.

    She may be held nowhere. Her own files may have her names in another order, and one of them.
    """
    leads, called = CUSTOMS[draw(st.sampled_from(customs))]
    lead = draw(st.sampled_from([(), *((each,) for each in leads)]))
    first, second, third = draw(st.permutations(called))[:3]
    both = lead if SHARED.issuperset(map(str.lower, lead)) else ()  # two children are never Eric
    whole, short = (*lead, first, second), draw(st.sampled_from([(second,), (*both, second)]))
    more = draw(st.sampled_from([(), (third,)]))
    if draw(st.booleans()):
        told, others = (*whole, *more), [short, (second, third) if more else short]
    else:
        told, others = (*short, *more), [whole, (*lead, first), (*whole, *more)]
    own = [told, told[::-1], told[:1]]
    files = {}
    for agency in draw(st.lists(st.sampled_from([*ALL]), unique=True)):
        whose = draw(st.sampled_from([(False,), (True,), (True, False)]))
        files[agency] = tuple(
            a_file(draw, draw(st.sampled_from(own if hers else others)), hers=hers)
            for hers in whose
        )
    learned = draw(st.sampled_from([(), (Name(told[::-1], "Marsh"),)]))
    by_number = draw(st.sampled_from([frozenset[str](), frozenset({"pds"})]))
    return Two(told, files, learned, by_number)


def mixed_up(two: Two) -> Iterator[str]:
    """The agencies whose file of the other child is certain."""
    reference = Reference(
        names=(Name(two.told, "Marsh"), *two.learned),
        stated_names=(Name(two.told, "Marsh"),),
        stated_birth_date=BORN,
        sex=Sex.FEMALE,
        stated_postcodes=frozenset({"XX1 2YY"}),
    )
    found = resolve(reference.located(), two.files, populations=ALL, by_number=two.by_number)
    for agency in two.files:
        yield from (str(r.record_id) for r in found.certain(agency) if "other" in str(r.record_id))


@given(twos())
def test_nobody_is_taken_for_a_twin_who_is_called_by_her_further_name(two: Two) -> None:
    assert not list(mixed_up(two))


def further_counts(held: frozenset[str], known: frozenset[str]) -> NamePart:
    found = names.part_of(held, known)
    return NamePart.OWN if found is NamePart.FURTHER else found


def surnames_are_idle(words: list[str], whole: list[str]) -> list[str]:
    return [word for word in OWN(words, whole) if not common_surname(word)]


def turned_is_learned(said: frozenset[str], told: frozenset[str]) -> frozenset[str]:
    return told | said


OWN = names._own  # noqa: SLF001  what a fault leaves out of it
FAULTS: tuple[tuple[Any, str, Any, tuple[str, ...]], ...] = (
    (evidence, "part_of", further_counts, tuple(CUSTOMS)),
    (names, "_own", surnames_are_idle, ("English",)),
    (details, "learned", turned_is_learned, tuple(CUSTOMS)),
)


@pytest.mark.parametrize(
    ("room", "name", "fault", "customs"),
    FAULTS,
    ids=["a further name", "a first one that is a surname too", "two in another order"],
)
def test_the_law_finds_a_further_name_that_counts(
    monkeypatch: pytest.MonkeyPatch, room: Any, name: str, fault: Any, customs: tuple[str, ...]
) -> None:
    monkeypatch.setattr(room, name, fault)
    assert find(twos(customs), lambda two: bool(list(mixed_up(two))))


@pytest.mark.parametrize("custom", CUSTOMS)
def test_the_law_looks_at_each_custom(monkeypatch: pytest.MonkeyPatch, custom: str) -> None:
    monkeypatch.setattr(evidence, "part_of", further_counts)
    assert find(twos((custom,)), lambda two: bool(list(mixed_up(two))))
