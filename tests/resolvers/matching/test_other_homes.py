"""A namesake of her sex and birthday lives elsewhere: the sex alone ties no file to her."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Identifier, Record
from resolvers.comparison.agreement import Agreement
from resolvers.matching import grading
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence
from resolvers.matching.identify import resolve
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, AMARA_NHS, AMARA_UPN, BORN, CALLED, TWIN_UPN

HOME, NEXT_STREET, ELSEWHERE = "XX1 2YY", "XX1 2YZ", "AB1 2CD"
PLAIN = replace(AMARA, names=CALLED)
AGENCIES = ("care", "housing", "police", "school")
UNNUMBERED = Reference(
    stated_names=CALLED, stated_birth_date=BORN, sex=Sex.FEMALE, postcodes=frozenset({HOME})
)
KNOWN = replace(UNNUMBERED, identifiers=frozenset({AMARA_NHS}))
World = Mapping[str, tuple[Record, ...]]


def files(
    whose: str, homes: tuple[str, ...], nhs: tuple[Identifier, ...], upn: Identifier
) -> st.SearchStrategy[Record]:
    """One file of theirs: with a number or none, with a home of theirs or none."""
    numbers = st.sampled_from([(), nhs, (upn,)])
    lives = st.sampled_from([(), *((Address(postcode=home),) for home in homes)])
    return st.builds(replace, st.just(PLAIN), identifiers=numbers, addresses=lives).map(
        lambda record: replace(record, record_id=whose)
    )


def worlds(namesakes: st.SearchStrategy[Record]) -> st.SearchStrategy[World]:
    """Files of hers and a namesake's, beside a practice that has her at home."""
    each = (HERS | namesakes).map(lambda record: (record,))
    at_home = replace(PLAIN, record_id="hers", addresses=(Address(postcode=HOME),))
    return st.dictionaries(st.sampled_from(AGENCIES), each).map(
        lambda world: {**world, "gp": (at_home,)}
    )


HERS = files("hers", (HOME,), (AMARA_NHS,), AMARA_UPN)
NAMESAKES = files("namesake", (NEXT_STREET, ELSEWHERE), (), TWIN_UPN)
WORLDS = worlds(NAMESAKES)
# A number may still give a namesake away: then no other home is looked at.
PLACED = worlds(NAMESAKES.filter(lambda record: not (record.identifiers and record.addresses)))


def mixed_up(known: Reference, world: World) -> Iterator[str]:
    """The agencies whose file of the namesake joined."""
    found = resolve(known, world, populations=dict.fromkeys(AGENCIES, 900))
    for agency in world:
        if any(record.record_id == "namesake" for record in found.certain(agency)):
            yield agency


def lives_elsewhere(world: World) -> bool:
    """Whether a file of the namesake has another home than the next street."""
    every = (record for records in world.values() for record in records)
    return any(ELSEWHERE in {home.postcode for home in record.addresses} for record in every)


@given(WORLDS)
def test_beside_a_number_of_hers_no_file_of_a_namesake_joins_by_the_sex(world: World) -> None:
    assert not list(mixed_up(KNOWN, world))


@given(PLACED)
def test_without_one_no_file_of_a_namesake_joins_whose_other_home_is_told(world: World) -> None:
    assert not (lives_elsewhere(world) and list(mixed_up(UNNUMBERED, world)))


def open_gate(monkeypatch: pytest.MonkeyPatch, opened: Callable[[Details, Evidence], bool]) -> None:
    """Let in the files of which this is so, though nothing but the sex ties them."""
    whole = grading._untied  # noqa: SLF001  the gate that is left open

    def gate(
        known: grading.KnownOfChild, held: Details, assessed: grading.Assessment
    ) -> ReasonCode | None:
        return None if opened(held, assessed.evidence) else whole(known, held, assessed)

    monkeypatch.setattr(grading, "_untied", gate)


FAULTS: Mapping[str, Callable[[Details, Evidence], bool]] = {
    "another home": lambda _, evidence: evidence.postcode is Agreement.DIFFERENT,
    "the next street": lambda _, evidence: evidence.postcode is Agreement.SLIP,
    "no home": lambda held, _: not (held.numbered or held.postcodes),
    "a number of another scheme": lambda held, _: bool(held.upns),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_law_finds_a_gate_that_is_left_open(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    open_gate(monkeypatch, FAULTS[fault])
    assert find(WORLDS, lambda world: bool(list(mixed_up(KNOWN, world))))


def test_the_law_finds_another_home_that_speaks_against_no_other_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = grading._untied  # noqa: SLF001  the gate that says too little

    def gate(
        known: grading.KnownOfChild, held: Details, assessed: grading.Assessment
    ) -> ReasonCode | None:
        return whole(known, held, assessed) and ReasonCode.NO_TIE

    monkeypatch.setattr(grading, "_untied", gate)
    assert find(PLACED, lambda w: lives_elsewhere(w) and bool(list(mixed_up(UNNUMBERED, w))))
