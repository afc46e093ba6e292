"""A namesake of her sex and birthday lives elsewhere: the sex alone ties no such file to her."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Identifier, Record
from resolvers.matching import grading
from resolvers.matching.details import Details
from resolvers.matching.identify import resolve
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, AMARA_NHS, AMARA_UPN, BORN, CALLED, TWIN_UPN

HOME, ELSEWHERE = "XX1 2YY", "AB1 2CD"
PLAIN = replace(AMARA, names=CALLED)
AGENCIES = ("care", "housing", "police", "school")
KNOWN = Reference(
    identifiers=frozenset({AMARA_NHS}),
    stated_names=CALLED,
    stated_birth_date=BORN,
    sex=Sex.FEMALE,
    postcodes=frozenset({HOME}),
)
World = Mapping[str, tuple[Record, ...]]


def files(
    whose: str, home: str, nhs: tuple[Identifier, ...], upn: Identifier
) -> st.SearchStrategy[Record]:
    """One file of theirs: with a number or none, with their home or none."""
    numbers = st.sampled_from([(), nhs, (upn,)])
    homes = st.sampled_from([(), (Address(postcode=home),)])
    return st.builds(replace, st.just(PLAIN), identifiers=numbers, addresses=homes).map(
        lambda record: replace(record, record_id=whose)
    )


HOMES = (Address(postcode=HOME),)
HERS = files("hers", HOME, (AMARA_NHS,), AMARA_UPN)
NAMESAKES = files("namesake", ELSEWHERE, (), TWIN_UPN)
WORLDS = st.dictionaries(
    st.sampled_from(AGENCIES), (HERS | NAMESAKES).map(lambda record: (record,))
).map(lambda world: {**world, "gp": (replace(PLAIN, record_id="hers", addresses=HOMES),)})


def mixed_up(world: World) -> Iterator[str]:
    """The agencies whose file of the namesake joined, though some file tells where that one lives.

    Of a namesake no file of whom has a home nobody could know.
    """
    told = any(r.record_id == "namesake" and r.addresses for rs in world.values() for r in rs)
    found = resolve(KNOWN, world, populations=dict.fromkeys(AGENCIES, 900))
    for agency in world:
        if told and any(r.record_id == "namesake" for r in found.certain(agency)):
            yield agency


@given(WORLDS)
def test_no_file_of_a_namesake_joins_whose_other_home_is_told(world: World) -> None:
    assert not list(mixed_up(world))


@pytest.mark.parametrize("fault", ["lone", "beside"])
def test_the_law_finds_a_gate_that_is_left_open(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    whole = grading._untied  # noqa: SLF001  the gate that is left open

    def open_gate(
        known: grading.KnownOfChild, held: Details, assessed: grading.Assessment
    ) -> ReasonCode | None:
        found = whole(known, held, assessed)
        elsewhere = found is ReasonCode.OTHER_HOME
        if fault == "lone":
            return None if elsewhere and not held.identifiers else found
        return ReasonCode.NO_TIE if elsewhere else found

    monkeypatch.setattr(grading, "_untied", open_gate)
    assert find(WORLDS, lambda world: bool(list(mixed_up(world))))
