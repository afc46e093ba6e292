"""Restricted anywhere is restricted everywhere, and only authorities clear a child."""

from dataclasses import replace

import pytest

from adapters.contract.codes import SupportStatusCode
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    Record,
    School,
    SupportStatus,
)
from adapters.mapping.marks.restricted import restricted_records
from resolvers.child.child import Restriction
from resolvers.matching.grade import Grade, Graded, MatchGrade, Resolution
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
from resolvers.shield import restriction, unlocated
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    AMARA_UPN,
    BORN,
    KNOWN_BY_NAME,
    KNOWN_BY_NUMBER,
)

RESTRICTED, UNKNOWN = Restriction.RESTRICTED, Restriction.UNKNOWN

BOTH = {"pds": True, "care": True}


def said(grade: MatchGrade, *, restricted: bool | None) -> tuple[Graded, ...]:
    return (Graded(replace(AMARA, restricted=restricted), Grade(grade)),)


@pytest.mark.parametrize("grade", [MatchGrade.CERTAIN, MatchGrade.PROBABLE, MatchGrade.POSSIBLE])
def test_a_child_restricted_at_any_agency_is_restricted(grade: MatchGrade) -> None:
    cleared = said(MatchGrade.CERTAIN, restricted=False)
    found = Resolution({"pds": cleared, "housing": said(grade, restricted=True)})
    assert restriction(found, {"pds": False}, {"pds": True, "housing": True}) is RESTRICTED


def test_a_child_whom_every_authority_clears_is_not_known_to_be_restricted() -> None:
    found = Resolution({"pds": said(MatchGrade.CERTAIN, restricted=False), "care": ()})
    assert restriction(found, {"pds": False, "care": True}, BOTH) is Restriction.NONE_KNOWN


def test_a_child_whom_one_authority_has_not_cleared_is_unknown() -> None:
    found = Resolution({"pds": said(MatchGrade.CERTAIN, restricted=False), "care": ()})
    assert restriction(found, {"pds": False, "care": False}, BOTH) is UNKNOWN


@pytest.mark.parametrize(
    "said_there",
    [
        said(MatchGrade.PROBABLE, restricted=False),
        said(MatchGrade.CERTAIN, restricted=None),
        (
            *said(MatchGrade.CERTAIN, restricted=False),
            *said(MatchGrade.CERTAIN, restricted=None),
        ),
    ],
)
def test_only_a_certain_record_that_says_so_clears(said_there: tuple[Graded, ...]) -> None:
    assert restriction(Resolution({"pds": said_there}), {"pds": False}, {"pds": True}) is UNKNOWN


def test_an_authority_that_holds_her_does_not_clear_by_having_held_nobody() -> None:
    found = Resolution({"pds": said(MatchGrade.CERTAIN, restricted=None)})
    assert restriction(found, {"pds": True}, {"pds": True}) is UNKNOWN


def test_without_any_authority_in_scope_nobody_is_cleared() -> None:
    found = Resolution({"gp": said(MatchGrade.CERTAIN, restricted=False)})
    assert restriction(found, {}, {"gp": True}) is UNKNOWN


def test_a_child_of_whom_one_of_the_set_has_not_answered_is_unknown() -> None:
    found = Resolution({"pds": said(MatchGrade.CERTAIN, restricted=False)})
    silent = {"pds": True, "clinic": False}
    assert restriction(found, {"pds": False}, silent) is UNKNOWN


def test_a_mark_that_cannot_be_read_leaves_the_child_unknown() -> None:
    pds = said(MatchGrade.CERTAIN, restricted=False)
    found = Resolution({"pds": pds, "clinic": said(MatchGrade.CERTAIN, restricted=None)})
    assert restriction(found, {"pds": False}, {"pds": True, "clinic": True}) is UNKNOWN


@pytest.mark.parametrize("restricted", [frozenset[str](), frozenset({"housing"})])
def test_a_mark_outside_the_set_restricts_nobody(restricted: frozenset[str]) -> None:
    pds, housing = (said(MatchGrade.CERTAIN, restricted=each) for each in (False, True))
    found = Resolution({"pds": pds, "housing": housing}, restricted=restricted)
    assert restriction(found, {"pds": False}, {"pds": True}) is Restriction.NONE_KNOWN


def test_what_remains_of_a_shielded_child_says_nothing_of_where_she_is() -> None:
    full = replace(
        AMARA,
        identifiers=(AMARA_NHS, AMARA_UPN, Identifier("case_number", "17")),
        addresses=(Address(("1 Quay Row",), "XX1 2YY"),),
        carers=(Carer("Ngozi O'Brien", "mother", telephone="01632 960001"),),
        schools=(School("Quayside Primary"),),
        gp_practice=GpPractice("Elm Surgery"),
        involvements=(Involvement("health visiting", team="Quayside"),),
        support_statuses=(SupportStatus(SupportStatusCode.CHILD_IN_NEED, "northbrook", "CIN 2"),),
        events=(Event(BORN, "visit", "seen at Quayside"),),
        defects=("events",),
    )
    assert unlocated(full) == Record(
        identifiers=(AMARA_NHS,),
        names=AMARA.names,
        birth_date=BORN,
        sex=AMARA.sex,
        carers=(Carer("Ngozi O'Brien", "mother"),),
        support_statuses=(SupportStatus(SupportStatusCode.CHILD_IN_NEED),),
    )


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ({"nhs_number": "9990000018"}, KNOWN_BY_NUMBER),
        (
            {"family_name": "O'Brien", "given_name": "Amara", "birth_date": "2015-03-09"},
            KNOWN_BY_NAME,
        ),
        ({"upn": "H801200001001"}, replace(KNOWN_BY_NUMBER, identifiers=frozenset({AMARA_UPN}))),
    ],
)
def test_a_record_that_an_agency_may_not_show_restricts_the_child_however_she_was_asked_for(
    given: dict[str, str], known: Reference
) -> None:
    hidden = restricted_records(given).records
    found = resolve(known, {"care": hidden, "pds": (AMARA,)})
    assert restriction(found, {"pds": False}, {"pds": True, "care": True}) is RESTRICTED
    alone = resolve(known, {"care": hidden})
    assert restriction(alone, {"care": True}, {"care": True}) is RESTRICTED
