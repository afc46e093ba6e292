"""One child of many records: every fact once, with everyone who says so."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from adapters.contract.codes import InvolvementStatus, NameUse, Sex, SupportStatusCode
from adapters.contract.dates import PartialDate
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    Name,
    Practitioner,
    Record,
    School,
    SupportStatus,
)
from resolvers.child.child import Child, Conflict, Fact, Provenance, StatedName
from resolvers.child.stitch import Member, stitch
from tests.support.resolvers.people import AMARA_NHS, BORN, TWIN_NHS

TODAY = date(2026, 6, 1)
MAY, APRIL = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def child(*members: Member) -> Child:
    return stitch("q-1", members, TODAY)


def said(agency: str, as_of: datetime | None = None, **fields: object) -> Member:
    return Member(agency, as_of, replace(Record(), **fields))  # type: ignore[arg-type]


def agencies(fact: Fact[Any] | None) -> list[str]:
    return [] if fact is None else [source.agency for source in fact.sources]


def values(conflict: Conflict) -> dict[str, list[str]]:
    return {fact.value: agencies(fact) for fact in conflict.values}


def test_a_name_spelt_alike_is_one_fact_of_all_who_say_it() -> None:
    name = Name(("Zo\u00eb",), "O'Brien")
    found = child(
        said("police", names=(Name(("ZOE",), "OBRIEN"),)),
        said("care", MAY, names=(name,)),
        said("gp", names=(Name(("Zoe",), "Adeyemi", NameUse.FORMER), Name())),
    )
    spelt = Fact(
        StatedName(("Zo\u00eb",), "O'Brien", NameUse.CURRENT),
        (Provenance("care", MAY), Provenance("police")),
    )
    assert found.names[0] == spelt
    assert [n.value.use for n in found.names] == [NameUse.CURRENT, NameUse.FORMER]


def test_an_agency_stands_once_in_a_fact_with_its_latest_date() -> None:
    found = child(said("care", APRIL, sex=Sex.FEMALE), said("care", MAY, sex=Sex.FEMALE))
    assert found.sex == Fact(Sex.FEMALE, (Provenance("care", MAY),))


def test_the_birth_date_of_most_agencies_stands_and_another_is_a_conflict() -> None:
    other = PartialDate(2015, 9, 3)
    found = child(
        said("a-police", birth_date=other),
        said("care", birth_date=BORN),
        said("gp", birth_date=BORN),
    )
    assert found.birth_date is not None
    assert found.birth_date.value.value == BORN
    assert values(found.conflicts[0]) == {"2015-03-09": ["care", "gp"], "2015-09-03": ["a-police"]}


def test_a_year_or_a_placeholder_neither_stands_nor_conflicts() -> None:
    found = child(
        said("a", birth_date=PartialDate(2015, 1, 1)),
        said("b", birth_date=PartialDate(2015)),
        said("c", birth_date=BORN),
        said("d", birth_date=PartialDate(2015, 1, 1)),
    )
    assert agencies(found.birth_date) == ["c"]
    assert found.conflicts == ()


def test_an_unknown_sex_gives_way_and_does_not_conflict() -> None:
    found = child(said("a", sex=Sex.UNKNOWN), said("b", sex=Sex.FEMALE))
    assert found.sex == Fact(Sex.FEMALE, (Provenance("b"),))
    assert found.conflicts == ()
    disputed = child(said("a", sex=Sex.MALE), said("b", sex=Sex.FEMALE))
    assert [c.field for c in disputed.conflicts] == ["sex"]
    assert agencies(disputed.sex) == ["a"]


def test_two_nhs_numbers_are_a_conflict_and_both_are_kept() -> None:
    local = (Identifier("case_number", "1"), Identifier("case_number", "2"))
    found = child(
        said("care", identifiers=(AMARA_NHS, *local)), said("gp", identifiers=(TWIN_NHS,))
    )
    assert [c.field for c in found.conflicts] == ["nhs_number"]
    assert {f.value for f in found.identifiers} == {AMARA_NHS, TWIN_NHS, *local}


def test_the_address_of_today_comes_first() -> None:
    old = Address(("2 Hill Rise",), "XX9 9YY", current=False)
    now = Address(("1 Quay Row",), "XX1 2YY", current=True)
    same = Address(("1 QUAY ROW",), "xx12yy", current=True)
    found = child(said("gp", addresses=(old, now)), said("care", addresses=(same,)))
    assert [a.value.current for a in found.addresses] == [True, False]
    assert agencies(found.addresses[0]) == ["care", "gp"]


def test_carers_schools_and_statuses_told_twice_are_one() -> None:
    mother = Carer("Ngozi O'Brien", "Mother", telephone="01632 960001")
    status = SupportStatus(SupportStatusCode.CHILD_IN_NEED, "cin", "CIN")
    one = said("a", carers=(mother,), schools=(School("St. Mary's"),), support_statuses=(status,))
    other = said(
        "b",
        carers=(Carer("NGOZI OBRIEN", "mother", telephone="01632960001"),),
        schools=(School("St Marys"),),
        support_statuses=(replace(status, label="cin"),),
    )
    found = child(one, other)
    for facts in (found.carers, found.schools, found.support_statuses):
        assert [agencies(fact) for fact in facts] == [["a", "b"]]


def test_the_gp_told_of_last_stands() -> None:
    elm, oak = GpPractice("Elm Surgery", "A81001"), GpPractice("Oak Surgery", "A81002")
    found = child(
        said("care", APRIL, gp_practice=elm),
        said("school", APRIL, gp_practice=GpPractice("ELM SURGERY")),
        said("pds", MAY, gp_practice=oak),
        said("police", gp_practice=GpPractice()),
    )
    assert found.gp_practice == Fact(oak, (Provenance("pds", MAY),))
    assert len(found.conflicts) == 1
    assert len(child(said("a", gp_practice=elm), said("b", gp_practice=elm)).conflicts) == 0


def test_each_agencys_involvement_is_its_own_and_has_an_id() -> None:
    open_now = Involvement("visiting", start=PartialDate(2026, 1, 5), status=InvolvementStatus.OPEN)
    over = replace(open_now, end=PartialDate(2026, 2, 1))
    found = child(
        said("care", APRIL, involvements=(over, open_now)),
        said("care", MAY, involvements=(open_now,)),
        said("gp", involvements=(open_now,)),
    )
    told = [(f.value.id, f.value.involvement, agencies(f)) for f in found.involvements]
    assert told == [
        ("q-1/involvements/care/1", open_now, ["care"]),
        ("q-1/involvements/gp/1", open_now, ["gp"]),
        ("q-1/involvements/care/2", over, ["care"]),
    ]


def leading(name: str, start: str, **more: object) -> Involvement:
    lead = Involvement(
        practitioner=Practitioner(name), lead_practitioner=True, start=PartialDate.parse(start)
    )
    return replace(lead, **more)  # type: ignore[arg-type]


def test_the_lead_is_the_latest_begun_of_those_still_open() -> None:
    found = child(
        said("early-help", involvements=(leading("Sam Lee", "2025-02"),)),
        said("care", involvements=(leading("Ann Day", "2026-02"),)),
        said("gp", involvements=(leading("Jo Ray", "2026-03", end=PartialDate(2026, 4)),)),
        said("cmht", involvements=(leading("Al Poe", "2026-08"),)),
    )
    assert found.lead_practitioner is not None
    assert found.lead_practitioner.value.id == "q-1/involvements/care/1"
    assert values(found.conflicts[0]) == {"Ann Day": ["care"], "Sam Lee": ["early-help"]}


def test_a_lead_whom_two_agencies_name_is_no_conflict() -> None:
    found = child(
        said("school", involvements=(leading("SAM LEE", "2025"),)),
        said("care", involvements=(leading("Sam Lee", "2025"),)),
    )
    assert found.lead_practitioner is not None
    assert found.lead_practitioner.value.agency == "care"
    assert found.conflicts == ()


def test_an_involvement_that_ends_this_month_is_open_still() -> None:
    ending = leading("Sam Lee", "2025", end=PartialDate(2026, 6))
    assert child(said("care", involvements=(ending,))).lead_practitioner is not None
    closed = replace(ending, end=None, status=InvolvementStatus.CLOSED)
    assert child(said("care", involvements=(closed,))).lead_practitioner is None


def test_nobody_makes_a_chronology_that_is_not_asked_for() -> None:
    born = Event(BORN, "birth", "Born.")
    told = said("gp", events=(born,), involvements=(Involvement(start=BORN),))
    untold = stitch("q-1", [told], TODAY, tells_events=False)
    assert untold == replace(child(told), chronology=())
    assert untold != child(told)


def test_the_chronology_runs_to_the_newest_and_then_the_undated() -> None:
    found = child(
        said(
            "care",
            events=(Event(None, "note"), Event(PartialDate(2026, 3, 1), "Visit", "seen")),
            involvements=(Involvement("social care", start=PartialDate(2026, 2)),),
            support_statuses=(
                SupportStatus(SupportStatusCode.EARLY_HELP, end=PartialDate(2026)),
                SupportStatus(SupportStatusCode.NONE, start=PartialDate(2026)),
            ),
        ),
        said("gp", events=(Event(PartialDate(2026, 3, 1), "visit", "Seen."),)),
    )
    told = [(e.value.kind, e.value.summary, agencies(e)) for e in found.chronology]
    assert told == [
        ("status ended", "EARLY_HELP", ["care"]),
        ("involvement started", "social care", ["care"]),
        ("visit", "Seen.", ["care", "gp"]),
        ("note", None, ["care"]),
    ]


def test_a_child_of_no_record_has_no_facts() -> None:
    assert child() == Child("q-1/child")


def test_dates_with_and_without_a_zone_are_compared() -> None:
    naive = datetime(2026, 6, 1)  # noqa: DTZ001 - an agency's date without a zone is the point
    found = child(said("a", naive, sex=Sex.FEMALE), said("a", MAY, sex=Sex.FEMALE), said("a"))
    assert found.sex == Fact(Sex.FEMALE, (Provenance("a", naive),))
