"""A question in, a plan out, and nobody asked: these agencies are at no address."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim
from adapters.contract.record import Name
from gateway.http.wiring.stages import open_preparation
from gateway.identity.development_token import development_key
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import AskDifferently, NotAllowed
from gateway.model.further_details import FurtherDetails
from gateway.model.inquiry import Known
from gateway.questions.plan import Plan, other_forms
from gateway.questions.prepare import PreparedQuestion, Request
from tests.support.agencies import AUTHORITY, LOCAL, NATIONAL, SourceFile, rest_source
from tests.support.town import BEYOND, KNOWN, PRACTITIONER, REASON, settings_for

NOWHERE: Final = "http://127.0.0.1:9"
NAMED: Final = {"givenNames": ["Mira"], "familyName": "Ashdown", "birthDate": "2015-03-09"}
AWAY: Final = ("E09990002",)
BY_UPN_ALONE: Final = (("by-upn", 'upn = "{upn}"', True),)
SOURCES: Final = (
    rest_source("spine", NOWHERE, claims=AUTHORITY),
    rest_source("council", NOWHERE),
    rest_source("school", NOWHERE, by=BY_UPN_ALONE, claims=LOCAL),
    rest_source("away", NOWHERE, areas=AWAY),
    rest_source("pointer", NOWHERE, claims=NATIONAL - {Claim.EFFECTS_NONE}),
    rest_source("silent", NOWHERE, classes=()),
)
ASK: Final = """
query Q($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) { %s }
}
"""
AGAIN: Final = """
query Q($known: KnownDetails!, $reason: AccessReason!, $agencies: [ID!]!) {
  askAgain(known: $known, reason: $reason, agencies: $agencies) { receipt { index } }
}
"""
PRINTED: Final = """\
areas: E09990001
fields: contacts, involvements, names
wave 1  council / council: by-number
wave 1  pointer / pointer: asking it has effects at the agency; name the agency in scope to ask it
wave 2  school / school: with what wave 1 teaches
wave 1  silent / silent: by-number
wave 1  spine / spine: by-number"""
SEVERAL: Final = """
query Q($known: [KnownDetails!]!, $reason: AccessReason!) {
  children(known: $known, reason: $reason) { receipt { index } }
}
"""


async def prepared(
    folder: Path,
    variables: Mapping[str, Any],
    *,
    query: str = ASK % "receipt { index }",
    caller: Caller = PRACTITIONER,
    sources: tuple[SourceFile, ...] = SOURCES,
    **settings: Any,
) -> tuple[PreparedQuestion, ...]:
    chosen = settings_for(folder, sources, **settings)
    development_key(chosen)
    reason = {**REASON, "outOfArea": BEYOND}
    request = Request(query, {"reason": reason, **variables}, None, None)
    async with open_preparation(chosen, Clock()) as preparation:
        return preparation.prepare(preparation.document(request), request, caller)


async def planned(folder: Path, variables: Mapping[str, Any], **more: Any) -> Plan:
    (one,) = await prepared(folder, variables, **more)
    return one.plan


async def test_a_plan_prints_itself(tmp_path: Path) -> None:
    selection = "answers { involvements { role contact { telephone } } } child { names { family } }"
    plan = await planned(tmp_path, {"known": KNOWN}, query=ASK % selection)
    assert str(plan) == PRINTED


@pytest.mark.parametrize(
    ("scope", "agencies"),
    [
        (None, {"spine", "council", "school", "pointer", "silent"}),
        ({"areas": ["E09990002"]}, {"spine", "pointer", "away"}),
        ({"agencies": ["away"]}, {"away"}),
        (
            {"areas": ["E09990002"], "agencies": ["council"]},
            {"spine", "pointer", "away", "council"},
        ),
    ],
)
async def test_a_scope_says_who_is_asked(
    tmp_path: Path, scope: dict[str, list[str]] | None, agencies: set[str]
) -> None:
    plan = await planned(tmp_path, {"known": KNOWN, "scope": scope})
    assert {*plan.agencies} == agencies


async def test_what_is_selected_never_changes_who_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    little = await planned(tmp_path / "a", {"known": KNOWN})
    much = await planned(
        tmp_path / "b", {"known": KNOWN}, query=ASK % "child { addresses { lines } }"
    )
    assert little.sources == much.sources
    assert little.fields == frozenset[str]()
    assert much.fields == {"addresses"}


async def test_a_caller_of_an_unknown_area_asks_the_national_sources(tmp_path: Path) -> None:
    elsewhere = replace(PRACTITIONER, areas=("E06000999",))
    plan = await planned(tmp_path, {"known": KNOWN}, caller=elsewhere)
    assert (plan.areas, {*plan.agencies}) == ((), {"spine", "pointer"})


@pytest.mark.parametrize(
    ("scope", "named"),
    [({"areas": ["Jonah"]}, "E09990001, E09990002"), ({"agencies": ["Jonah"]}, "away, council")],
)
async def test_an_unknown_scope_is_answered_with_what_there_is(
    tmp_path: Path, scope: dict[str, list[str]], named: str
) -> None:
    with pytest.raises(AskDifferently) as refused:
        await planned(tmp_path, {"known": KNOWN, "scope": scope})
    assert refused.value.code == "SCOPE_UNKNOWN"
    assert named in refused.value.message
    assert "Jonah" not in refused.value.message


async def test_an_unknown_agency_that_is_to_be_asked_again_is_told_where_it_was_named(
    tmp_path: Path,
) -> None:
    with pytest.raises(AskDifferently) as refused:
        await planned(tmp_path, {"known": KNOWN, "agencies": ["Jonah"]}, query=AGAIN)
    assert refused.value.path == ("agencies",)
    assert refused.value.message.startswith("agencies: the agencies here are ")


async def test_an_agency_whose_reads_have_effects_is_asked_when_it_is_named(
    tmp_path: Path,
) -> None:
    plan = await planned(tmp_path, {"known": KNOWN, "scope": {"agencies": ["pointer"]}})
    assert plan.sources[0].not_asked is None


async def test_operations_by_number_come_before_those_by_name(tmp_path: Path) -> None:
    known = {**NAMED, "nhsNumber": KNOWN["nhsNumber"], "upn": "H801200001001"}
    plan = await planned(tmp_path, {"known": known})
    by = {source.source: source.by for source in plan.sources}
    assert by["council"] == ("by-number", "by-upn", "by-name")
    assert by["school"] == ("by-upn",)


async def test_a_postcode_allows_no_operation(tmp_path: Path) -> None:
    by_postcode = (("by-home", 'postcode = "{postcode}", born = "{birth_date}"', False),)
    sources = (rest_source("council", NOWHERE, by=by_postcode),)
    plan = await planned(tmp_path, {"known": {**NAMED, "postcode": "ZE1 0AA"}}, sources=sources)
    assert plan.sources[0].by == ()


async def test_a_date_known_in_part_allows_no_operation_by_date(tmp_path: Path) -> None:
    plan = await planned(tmp_path, {"known": {**NAMED, "birthDate": "2015-03"}})
    assert {source.by for source in plan.sources} == {()}


async def test_a_record_number_is_for_its_own_agency_only(tmp_path: Path) -> None:
    by_id = (("by-id", 'id = "{record_id}"', False),)
    sources = tuple(rest_source(name, NOWHERE, by=by_id) for name in ("council", "housing"))
    record = {"agency": "council", "recordId": "p-1"}
    known = {"agencyRecord": record, "birthDate": "2015-03-09"}
    plan = await planned(tmp_path, {"known": known}, sources=sources)
    assert {s.source: s.by for s in plan.sources} == {"council": ("by-id",), "housing": ()}


async def test_a_source_that_gives_nothing_is_not_asked(tmp_path: Path) -> None:
    (one,) = await prepared(tmp_path, {"known": KNOWN})
    assert {*one.asked} == {"council", "school", "spine"}
    assert one.verdicts["silent"].permitted == frozenset()


async def test_several_children_are_for_a_role_that_may_ask_in_bulk(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed) as refused:
        await prepared(tmp_path, {"known": [KNOWN]}, query=SEVERAL)
    assert refused.value.code == "BULK_NOT_ALLOWED"


async def test_several_children_are_asked_of_agencies_that_allow_it_alone(tmp_path: Path) -> None:
    allowing = rest_source("council", NOWHERE)
    sources = (
        allowing.with_(where=f'{allowing.where}\nbulk_roles = ["bulk"]'),
        rest_source("school", NOWHERE),
    )
    bulk = replace(PRACTITIONER, roles=frozenset({"practitioner", "bulk"}))
    (one,) = await prepared(
        tmp_path, {"known": [KNOWN]}, query=SEVERAL, caller=bulk, sources=sources
    )
    assert {*one.asked} == {"council"}


async def test_several_children_are_planned_each_and_only_so_many(tmp_path: Path) -> None:
    bulk = replace(PRACTITIONER, roles=frozenset({"practitioner", "bulk"}))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    two = await prepared(tmp_path / "a", {"known": [KNOWN, NAMED]}, query=SEVERAL, caller=bulk)
    assert [one.inquiry.known.family_name for one in two] == [None, "Ashdown"]
    with pytest.raises(AskDifferently) as refused:
        await prepared(
            tmp_path / "b",
            {"known": [KNOWN] * 3},
            query=SEVERAL,
            caller=bulk,
            questions__children_at_once=2,
        )
    assert refused.value.code == "TOO_MANY_CHILDREN"


@pytest.mark.parametrize(
    ("known", "where"),
    [
        ({"nhsNumber": "9000000008", "birthDate": "2015-03-09"}, "$known.nhsNumber: "),
        ({"upn": "A801200001001", "birthDate": "2015-03-09"}, "$known.upn: "),
        ({"upn": "H80120000100A", "birthDate": "2015-03-09"}, "$known.upn: "),
        ({"nhsNumber": "9000000009", "birthDate": "2015-02-30"}, "$known.birthDate: "),
        ({"nhsNumber": 9000000009, "birthDate": "2015-03-09"}, "$known.nhsNumber: "),
        ({**NAMED, "postcode": "Jonah"}, "$known.postcode: "),
        ({**NAMED, "sex": "BOY"}, "$known.sex: "),
        ({**NAMED, "jonah": "Smith"}, "$known: "),
        ([NAMED], "$known: "),
        (None, "$known: "),
    ],
)
async def test_a_detail_that_cannot_be_right_is_named_and_not_repeated(
    tmp_path: Path, known: Any, where: str
) -> None:
    with pytest.raises(AskDifferently) as refused:
        await prepared(tmp_path, {"known": known})
    assert refused.value.code == "VARIABLES_INVALID"
    assert where in refused.value.message
    for value in ("900000000", "80120000100", "2015-02-30", "Jonah", "jonah", "BOY", "Smith"):
        assert value not in refused.value.message


async def test_children_times_agencies_may_not_be_more_than_the_limit(tmp_path: Path) -> None:
    bulk = replace(PRACTITIONER, roles=PRACTITIONER.roles | {"bulk"})
    with pytest.raises(AskDifferently) as refused:
        await prepared(
            tmp_path,
            {"known": [KNOWN, NAMED]},
            query=SEVERAL,
            caller=bulk,
            questions__max_records=9,
        )
    assert refused.value.extensions == {
        "code": "QUESTION_TOO_COSTLY",
        "limit": "questions.max_records",
        "found": 10,
        "max": 9,
    }


async def test_each_form_of_a_name_is_a_call_of_each_agency(tmp_path: Path) -> None:
    forms = {**NAMED, "otherNames": [{"familyName": "Ashby"}, {"familyName": "Ashford"}]}
    with pytest.raises(AskDifferently) as refused:
        await prepared(tmp_path, {"known": forms}, questions__max_calls=14)
    assert refused.value.extensions["limit"] == "questions.max_calls"
    assert refused.value.extensions["found"] == 15


async def test_the_checks_for_the_shield_are_not_told_by_a_figure(tmp_path: Path) -> None:
    scope = {"known": KNOWN, "scope": {"agencies": ["council"]}}
    assert (await planned(tmp_path, scope, questions__max_records=1)).agencies == ("council",)


@pytest.mark.parametrize(
    ("given", "tried"),
    [
        (("Tsz-Fung",), ["Tsz"]),
        (("Meihin",), ["Mei"]),
        (("Ka-Yan", "Rose"), ["Ka", "Rose"]),
        (("Ka", "Yan"), ["Yan", "Ka Yan"]),
        (("Oliver",), []),
    ],
)
def test_a_register_is_searched_by_the_first_half_of_a_name_in_one_word(
    given: tuple[str, ...], tried: list[str]
) -> None:
    known = Known(given_names=given, family_name="Poon")
    assert [form["given_name"] for form in other_forms(known)] == tried


@pytest.mark.parametrize(
    ("surname", "tried"),
    [
        ("Carvalho Seixas", ["Carvalho", "Seixas"]),
        ("Smith-Jones", ["Smith", "Jones"]),
        ("de Souza", ["Souza"]),
        ("de las Casas", ["Casas"]),
        ("Llewellyn-Llewellyn", ["Llewellyn"]),
        ("Al-Masri", ["Masri"]),
        ("Kaur Gill", ["Gill"]),
        ("O'Brien", []),
        ("Kaur", []),
        ("Gill", []),
    ],
)
def test_a_register_is_searched_by_each_part_of_a_divided_surname(
    surname: str, tried: list[str]
) -> None:
    known = Known(given_names=("Ines",), family_name=surname)
    assert [form["family_name"] for form in other_forms(known)] == tried


@pytest.mark.parametrize(
    ("given", "surname", "tried"),
    [
        (("Simran", "Kaur"), "Gill", [("Simran", "Kaur")]),
        (("Eden", "Yonas"), "Tesfay", [("Yonas", "Tesfay"), ("Eden", "Yonas")]),
        (("Sidra", "Bibi"), "Aslam", [("Sidra", "Bibi"), ("Bibi", "Aslam")]),
        (("Muhammad", "Hassan"), "Ali", [("Hassan", "Ali"), ("Muhammad Hassan", "Ali")]),
    ],
)
def test_a_register_is_searched_by_a_fathers_name_or_a_title_as_the_surname(
    given: tuple[str, ...], surname: str, tried: list[tuple[str, str]]
) -> None:
    forms = other_forms(Known(given_names=given, family_name=surname))
    assert [(form["given_name"], form["family_name"]) for form in forms][: len(tried)] == tried


def test_never_by_more_than_three_other_forms() -> None:
    others = tuple(Name((first,), "Poon") for first in ("Ada", "Bea", "Cleo"))
    known = Known(
        given_names=("Tsz-Fung", "Rose"),
        family_name="Poon",
        further=FurtherDetails(other_names=others),
    )
    assert [form["given_name"] for form in other_forms(known)] == ["Ada", "Bea", "Cleo"]


def test_a_pet_name_is_searched_by_the_name_in_full() -> None:
    (form,) = other_forms(Known(given_names=("Tommy",), family_name="Grey"))
    assert form == {"given_name": "Thomas", "family_name": "Grey"}
