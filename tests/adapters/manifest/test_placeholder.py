"""What somebody types as a name or a record number stays one value in an agency's search."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.contract import MoreNeeded, NoRecord
from adapters.manifest.placeholder import (
    as_doubled,
    as_fhir,
    as_segment,
    as_value,
    filled,
    path_filled,
)
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving

BY_NAME = """
[[operation]]
name = "by-name"
path = "/Patient"
query = {{ family = "{family}", birthdate = "eq{{birth_date}}" }}
[operation.map]
family_name = "name[0].family"
birth_date = "birthDate"
"""
BUNDLE = {"resourceType": "Bundle", "type": "searchset", "total": 0}


async def searched(family: str, name: str) -> tuple[Any, list[str]]:
    """What came of a FHIR search for this name, and what the agency was asked for as family."""
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.extend(parse_qs(urlsplit(str(request.rel_url)).query)["family"])
        return web.json_response(BUNDLE)

    async with serving(handler) as base:
        text = manifest_text("fhir", base, rest=BY_NAME.format(family=family))
        async with opened(text) as adapter:
            asked = question("by-name", family_name=name, birth_date="2015-03-09")
            return await adapter.source.ask(asked), seen


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("O'Brien", "O'Brien"),
        ("Smith,Jones", "Smith\\,Jones"),
        ("Smith|Jones", "Smith\\|Jones"),
        ("S$mith", "S\\$mith"),
        ("S\\,mith", "S\\\\\\,mith"),
        ("Müller-Łuczak", "Müller-Łuczak"),
    ],
)
async def test_what_fhir_gives_a_meaning_is_escaped_in_a_name(name: str, asked: str) -> None:
    assert await searched("{family_name}", name) == (NoRecord(), [asked])


@pytest.mark.parametrize("name", ["A*", "*", "Ash\u202edown", "Ash\x00down", "Ash\ndown"])
async def test_a_wildcard_that_somebody_typed_never_reaches_a_fhir_search(name: str) -> None:
    assert await searched("{family_name}", name) == (MoreNeeded(("family_name",)), [])


@pytest.mark.parametrize(("name", "asked"), [("O", []), ("Oz", ["Oz*"])])
async def test_a_wildcard_of_the_manifests_own_stands_behind_two_letters(
    name: str, asked: list[str]
) -> None:
    assert (await searched("{family_name}*", name))[1] == asked


@pytest.mark.parametrize(
    "name",
    [
        "A%",
        "A*",
        "A_",
        "A?",
        "a,b",
        "a|b",
        "a)(b",
        "a\\b",
        "a;b",
        "<a>",
        "a&b",
        "$a",
        "a\x07",
        "{a}",
    ],
)
def test_a_name_that_could_be_a_search_of_its_own_is_not_said(name: str) -> None:
    assert filled("{family_name}", {"family_name": name}, as_value) is None


@pytest.mark.parametrize(
    "name", ["O'Brien", "de la Cruz", "Nuñez-Ó Brien", "\u02bbOkina", "J. R.", "نور"]
)
def test_names_as_people_have_them_are_said_as_they_are(name: str) -> None:
    assert filled("{family_name}", {"family_name": name}, as_value) == name


@pytest.mark.parametrize(
    ("template", "value", "said"),
    [
        ("identifier='{record_id}'", "A 7", "identifier='A 7'"),
        ("identifier='{record_id}'", "A' OR '1", None),
        ("id:{record_id}", "A OR 1", None),
        ("id:{record_id}", "-A", None),
        ("id:{record_id}", "A-7.b_c", "id:A-7.b_c"),
        ("(sn={family_name})", "O'Brien", None),
        ("{given_name} {family_name}", "O'Brien", "O'Brien O'Brien"),
    ],
)
def test_inside_another_language_a_value_cannot_end_its_place(
    template: str, value: str, said: str | None
) -> None:
    known = {"record_id": value, "family_name": value, "given_name": value}
    assert filled(template, known, as_value) == said


@pytest.mark.parametrize(
    ("template", "value", "said"),
    [
        ("LastName eq '{family_name}'", "O'Brien", "LastName eq 'O''Brien'"),
        ("LastName eq '{family_name}'", "Zoë", "LastName eq 'Zoë'"),
        ("a eq '{family_name}'", "O' or a eq 'b", "a eq 'O'' or a eq ''b'"),
        (
            "startswith(a,'{given_name}') and b eq '{family_name}'",
            "D'A",
            "startswith(a,'D''A') and b eq 'D''A'",
        ),
        ('LastName = "{family_name}"', "O'Brien", 'LastName = "O\'Brien"'),
        ("LastName eq {family_name}", "O'Brien", None),
        ("LastName eq ''{family_name}''", "Ann or b", None),
        ("id eq '{record_id}'", "A*' or '", None),
        ("{family_name}", "O'Brien", "O'Brien"),
    ],
)
def test_a_quote_between_quotes_is_doubled_where_the_manifest_says_so(
    template: str, value: str, said: str | None
) -> None:
    known = {"record_id": value, "family_name": value, "given_name": value}
    assert filled(template, known, as_doubled) == said


@given(st.text(alphabet="ab' -.\u2019\u02bc", max_size=12), st.sampled_from(["eq", "(a "]))
def test_whatever_is_typed_doubled_quotes_hold_the_value_and_nothing_else(
    record: str, before: str
) -> None:
    said = filled(f"{before} '{{record_id}}' or b", {"record_id": record}, as_doubled)
    if said is not None:
        inside = said.removeprefix(f"{before} '").removesuffix("' or b")
        assert inside.replace("''", "").count("'") == 0
        assert inside.replace("''", "'") == record


@pytest.mark.parametrize(
    "record",
    [".", "..", "...", "a/b", "a\\b", "../x", "a%2fb", "a;b=c", "a?b", "a#b", "a\rb", "a\x00"],
)
async def test_a_record_number_that_leads_to_another_path_is_not_asked_for(record: str) -> None:
    rest = '[[operation]]\nname = "one"\npath = "/pupils/{record_id}"\nrecords = "[body]"\n'
    async with opened(manifest_text("rest", "http://127.0.0.1:1", rest=rest)) as adapter:
        assert await adapter.source.ask(question("one", record_id=record)) == MoreNeeded(
            ("record_id",)
        )


@given(st.text(max_size=12))
def test_whatever_is_typed_a_path_keeps_its_segments(record: str) -> None:
    said = path_filled("/a/{record_id}/b", {"record_id": record})
    assert said is None or (said.count("/"), urlsplit(said).path) == (3, said)


@given(st.text(max_size=12))
def test_whatever_is_typed_a_fhir_search_sees_one_value(record: str) -> None:
    said = filled("sys|{record_id}", {"record_id": record}, as_fhir)
    plain = "" if said is None else said.removeprefix("sys|")
    unescaped = plain.replace("\\\\", "")
    for meant in ",|$":
        assert unescaped.count(meant) == unescaped.count(f"\\{meant}")


@given(st.text(min_size=1, max_size=12))
def test_a_segment_is_said_only_where_a_value_is(record: str) -> None:
    known = {"record_id": record}
    if filled("{record_id}", known, as_segment) is not None:
        assert filled("{record_id}", known, as_value) == record
