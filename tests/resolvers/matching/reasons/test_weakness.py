"""Every grade says why, and says no more than what the caller may see of it."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Name, Record
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import grade, resolve
from resolvers.matching.reasons.codes import SENTENCES, ReasonCode
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    BORN,
    KNOWN_BY_NAME,
    KNOWN_BY_NUMBER,
    STRANGER,
    TWIN_NHS,
    amara,
    born,
    named,
)

KNOWN = replace(KNOWN_BY_NAME, sex=Sex.FEMALE)
HOME = "XX1 2YY"
LIVES = replace(KNOWN, postcodes=frozenset({HOME}))
DISTRICT = dict.fromkeys(("care", "gp", "police", "school"), 60_000)
UNNUMBERED = amara()


def reason(reference: Reference, record: Record) -> ReasonCode | None:
    return grade(reference, record, 60_000).reason


def beside(reference: Reference, record: Record, **others: tuple[Record, ...]) -> ReasonCode | None:
    world = {"police": (record,), **others}
    (graded, *_) = resolve(reference, world, populations=DISTRICT).by_source["police"]
    return graded.grade.reason


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (AMARA, ReasonCode.NUMBER_AND_MORE),
        (named(AMARA, "Chidi"), ReasonCode.LIKELY_TWIN),
        (born(named(AMARA, "Chidi"), "2012-11-27"), ReasonCode.LIKELY_SIBLING),
        (replace(AMARA, names=STRANGER.names), ReasonCode.NUMBER_ON_ANOTHER),
        (replace(AMARA, names=(), birth_date=None), ReasonCode.NAME_SILENT),
        (
            replace(AMARA, birth_date=None, names=(Name(("Mari",), "O'Brien"),)),
            ReasonCode.LIKELY_SIBLING,
        ),
    ],
)
def test_under_a_number_of_hers_the_reason_is_the_records_own(
    record: Record, why: ReasonCode
) -> None:
    assert reason(replace(KNOWN_BY_NUMBER, stated_names=AMARA.names), record) is why


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (AMARA, ReasonCode.NAME_DATE_AND_MORE),
        (replace(AMARA, sex=None), ReasonCode.NO_TIE),
        (replace(AMARA, sex=Sex.MALE), ReasonCode.OTHER_SEX),
        (named(AMARA, "Amarra"), ReasonCode.NAME_NEAR),
        (named(AMARA, "Baby"), ReasonCode.NAME_SILENT),
        (born(AMARA, "2015-09-03"), ReasonCode.DATE_NEAR),
        (replace(UNNUMBERED, birth_date=None), ReasonCode.DATE_SILENT),
        (named(AMARA, "Chidi"), ReasonCode.LIKELY_TWIN),
    ],
)
def test_by_name_and_date_the_reason_is_the_gate_that_stopped(
    record: Record, why: ReasonCode
) -> None:
    assert reason(KNOWN, record) is why


def test_a_common_name_is_the_reason_where_a_stranger_explains_the_record() -> None:
    called = named(AMARA, "Muhammad", family="Khan")
    assert reason(replace(KNOWN, stated_names=called.names), called) is ReasonCode.COMMON_NAME


def test_another_home_is_told_as_no_tie_to_whom_no_home_is_told() -> None:
    moved = replace(UNNUMBERED, names=named(AMARA, "Amara").names)
    found = grade(LIVES, replace(moved, addresses=(Address(postcode="AB1 2CD"),)), 60_000)
    assert found.reason is ReasonCode.OTHER_HOME
    assert found.without("postcode").reason is ReasonCode.NO_TIE
    assert found.without("sex").reason is ReasonCode.OTHER_HOME


def test_beside_others_the_reason_is_what_they_say() -> None:
    twin = named(amara(TWIN_NHS), "Adaeze")
    near = born(amara(), "2015-09-03")
    hers = named(UNNUMBERED, "Amara")
    numbered = replace(KNOWN, identifiers=frozenset({AMARA_NHS}))
    assert beside(KNOWN, hers, gp=(amara(AMARA_NHS),), care=(amara(TWIN_NHS),)) is (
        ReasonCode.NAMESAKE
    )
    assert beside(KNOWN, hers, gp=(near,)) is ReasonCode.NAMESAKE_NEAR
    assert beside(KNOWN, hers, gp=(twin,)) is ReasonCode.TWIN_KNOWN
    assert beside(numbered, hers) is ReasonCode.NUMBER_NOT_BORNE


def test_two_at_one_agency_are_said_to_be_doubled_there() -> None:
    two = (amara(record_id="1"), replace(amara(record_id="2"), sex=None))
    found = resolve(KNOWN, {"police": two}, populations=DISTRICT).by_source["police"]
    assert found[0].grade.reason is ReasonCode.DOUBLED_HERE


def test_a_list_that_was_cut_is_the_reason_there() -> None:
    found = resolve(KNOWN, {"police": (UNNUMBERED,)}, populations=DISTRICT, cut={"police"})
    assert found.by_source["police"][0].grade.reason is ReasonCode.CUT_SHORT


def test_a_number_in_doubt_is_told_on_both_sides() -> None:
    asked = replace(
        KNOWN_BY_NUMBER, stated_names=(Name(("Josef",), "O'Brien"),), stated_birth_date=BORN
    )
    world = {
        "pds": (named(amara(AMARA_NHS), "Jos\u00e9"),),
        "gp": (named(amara(TWIN_NHS), "Josef"),),
    }
    found = resolve(asked, world)
    assert found.by_source["pds"][0].grade.reason is ReasonCode.NUMBER_IN_DOUBT
    assert found.by_source["gp"][0].grade.reason is ReasonCode.NUMBER_DIFFERS


def test_what_an_identity_source_knows_against_the_callers_word_is_said_so() -> None:
    told = Reference(
        names=AMARA.names,
        birth_dates=frozenset({BORN}),
        sex=Sex.FEMALE,
        stated_names=STRANGER.names,
        stated_birth_date=STRANGER.birth_date,
    )
    found = grade(told, AMARA, 900)
    assert (found.grade, found.reason) == (MatchGrade.PROBABLE, ReasonCode.STATED_DIFFERS)


def test_every_reason_has_a_plain_sentence_without_a_value_or_a_figure() -> None:
    assert set(SENTENCES) == set(ReasonCode)
    for said in SENTENCES.values():
        assert said.endswith(".")
        assert not any(map(str.isdigit, said))
        assert all(len(part.split()) <= 25 for part in said.split("."))
