"""Whatever JSON an agency sends, it becomes a Record in the domain's words, or none at all."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import InvolvementStatus, NameUse, Sex, SupportStatusCode
from adapters.contract.dates import PartialDate
from adapters.contract.record import Identifier, Name, Record
from adapters.mapping.mapping import RecordMapping, Unusable
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text

TODAY = date(2026, 11, 22)
REST = """
[[operation]]
name = "all"
path = "/{upn}"
records = "[body]"
[operation.map]
record_id = "id"
nhs_number = "nhs"
upn = "upn"
given_names = "given"
family_name = "family"
birth_date = "born"
birth_date_estimated = "estimated"
sex = "sex"
restricted = { path = "flag", codes = "yes_no" }
[[operation.names]]
each = "others"
given = "given"
family = "family"
use = "use"
[[operation.identifier]]
scheme = "local"
value = "local"
[[operation.address]]
each = "homes"
lines = "lines"
postcode = "postcode"
current = "current"
start = "from"
[[operation.carer]]
each = "carers"
name = "name"
telephone = { path = "tel", as = "phone" }
parental_responsibility = "pr"
[[operation.school]]
each = "schools"
name = "name"
[[operation.gp_practice]]
name = "gp.name"
ods_code = "gp.ods"
[[operation.involvement]]
each = "work"
service = { value = "Youth work" }
practitioner = "who"
start = "from"
end = "to"
lead_practitioner = "lead"
sensitive = { path = "kind", codes = "kinds" }
[[operation.support_status]]
each = "statuses"
code = "code"
label = "label"
[[operation.event]]
each = "events"
date = "on"
summary = "what"
[codes.yes_no]
N = false
"*" = true
[codes.kinds]
open = false
"*" = true
"""
MANIFEST = manifest_of(manifest_text("rest", "http://a.example", REST))
MAPPING = RecordMapping.of(MANIFEST.operation[0], MANIFEST.codes)
ANN = {"id": 7, "family": "Hill", "given": "Ann Mary", "born": "2015-03-09", "flag": "N"}

KEYS = """
id nhs upn given family born sex flag others homes carers schools gp work statuses events name tel
from to code on lines postcode use kind lead estimated local what who ods
"""
keys = st.sampled_from(KEYS.split())
texts = st.text(max_size=20) | st.sampled_from(["2015-03-09", "Y", "N", "female", "9990000018"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6)
)


def read(document: Any, fields: frozenset[str] = ALL_FIELDS) -> Record:
    record = MAPPING.record({**ANN, **document}, fields, TODAY)
    assert isinstance(record, Record), record
    return record


@settings(deadline=None)
@given(st.dictionaries(keys, json_values))
def test_arbitrary_json_is_a_record_or_unusable_and_never_an_error(document: Any) -> None:
    result = MAPPING.record(document, ALL_FIELDS, TODAY)
    assert isinstance(result, Record | Unusable)


@settings(deadline=None)
@given(st.dictionaries(keys, json_values))
def test_only_an_agencys_plain_no_makes_a_child_unrestricted(document: Any) -> None:
    result = MAPPING.record(document, frozenset(), TODAY)
    if isinstance(result, Record) and document.get("flag") not in ("N", ["N"]):
        flags = document.get("flag")
        assert result.restricted is True or (isinstance(flags, list) and set(flags) == {"N"})


@settings(deadline=None)
@given(st.text())
def test_no_text_brings_control_or_bidirectional_characters(text: str) -> None:
    (event,) = read({"events": [{"on": "2020", "what": text}]}).events
    summary = event.summary or ""
    assert len(summary) <= 400
    assert not any(ord(c) < 32 or c in "\u202e\u2066\u200f\u2028\x7f" for c in summary)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (788448870, "0788448870"),
        ("788448870", "0788448870"),
        ("999 000 0018", "9990000018"),
        ("9990000019", None),
        (0, None),
        ("0000000000", None),
        ("", None),
    ],
)
def test_an_nhs_number_gets_its_zeros_back_or_is_left_out(written: Any, number: str | None) -> None:
    record = read({"nhs": written})
    assert record.identifier("nhs_number") == number
    assert record.defects == (() if number or written == "" else ("nhs_number",))


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("2015-03-09", PartialDate(2015, 3, 9)),
        ("2015-03", PartialDate(2015, 3)),
        ("2015", PartialDate(2015)),
        ("9/3/2015", None),
        ("2015-03-09 00:00:00", PartialDate(2015, 3, 9)),
        ("2015-06-08T23:00:00Z", PartialDate(2015, 6, 9)),
        ("2015-03-09T00:00:00.000+00:00", PartialDate(2015, 3, 9)),
        ("31/02/2015", None),
        ("next week", None),
    ],
)
def test_a_date_is_read_however_it_is_written(written: str, born: PartialDate | None) -> None:
    record = read({"born": written, "nhs": "9990000018"})
    assert record.birth_date == born
    assert record.defects == (() if born else ("birth_date",))


@pytest.mark.parametrize(("flag", "restricted"), [("N", False), ("Y", True), (None, True)])
def test_a_missing_flag_is_a_restriction(flag: Any, *, restricted: bool) -> None:
    assert read({"flag": flag}).restricted is restricted


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ({"from": "2020-01-01"}, InvolvementStatus.OPEN),
        ({"from": "2020-01-01", "to": "2026-11-21"}, InvolvementStatus.CLOSED),
        ({"from": "2020-01-01", "to": "2026-11-22"}, InvolvementStatus.OPEN),
        ({"from": "2020-01-01", "to": "2026-11"}, InvolvementStatus.OPEN),
        ({"from": "2020-01-01", "to": "2026-10"}, InvolvementStatus.CLOSED),
        ({"from": "2020-01-01", "to": "2079-07-31 03:13:01"}, InvolvementStatus.OPEN),
        ({"from": "2020-01-01", "to": "soon"}, InvolvementStatus.UNKNOWN),
        ({}, InvolvementStatus.UNKNOWN),
    ],
)
def test_an_involvement_is_open_until_its_end_is_past(
    period: dict[str, str], status: InvolvementStatus
) -> None:
    (involvement,) = read({"work": [{"who": "Bo Low", "kind": "open", **period}]}).involvements
    assert involvement.status is status


@pytest.mark.parametrize(("kind", "sensitive"), [("open", False), ("drugs", True), (None, True)])
def test_an_involvement_of_unknown_kind_is_sensitive(kind: Any, *, sensitive: bool) -> None:
    (involvement,) = read({"work": [{"who": "Bo", "kind": kind}]}).involvements
    assert involvement.sensitive is sensitive


def test_a_bad_value_is_left_out_and_named_and_the_rest_kept() -> None:
    home = {"lines": "1 Mill Lane", "postcode": "nowhere", "current": "perhaps"}
    record = read({"homes": [home]})
    assert record.addresses[0].lines == ("1 Mill Lane",)
    assert record.defects == ("addresses.current", "addresses.postcode")


def test_names_used_before_stand_beside_the_name_of_now() -> None:
    record = read({"others": [{"family": "Vale", "use": "former"}, {"given": ["Annie"]}]})
    assert record.names == (
        Name(("Ann", "Mary"), "Hill"),
        Name((), "Vale", NameUse.FORMER),
        Name(("Annie",), None, NameUse.ALIAS),
    )


def test_words_that_are_no_code_of_ours_are_unknown_or_other() -> None:
    record = read({"sex": "x", "statuses": [{"code": "child-in-need"}, {"code": "Q9"}]})
    codes = [status.code for status in record.support_statuses]
    assert codes == [SupportStatusCode.CHILD_IN_NEED, SupportStatusCode.OTHER]
    assert record.sex is Sex.UNKNOWN


def test_a_field_that_is_not_asked_for_is_not_read() -> None:
    document = {"homes": [{"postcode": "AB1 2CD"}], "local": 5}
    record = read(document, frozenset({"carers"}))
    assert record.addresses == ()
    assert record.identifiers == (Identifier("local", "5"),)


@pytest.mark.parametrize(
    "document",
    [
        {"id": 7},
        {"family": "Hill"},
        {"born": "2015-03-09"},
        {**ANN, "given": [["Ann"]]},
        {**ANN, "sex": {}},
        {**ANN, "id": True},
        {**ANN, "upn": 5},
    ],
)
def test_a_document_that_names_nobody_is_unusable(document: Any) -> None:
    assert MAPPING.record(document, ALL_FIELDS, TODAY) == Unusable("record")


@pytest.mark.parametrize(
    "beside", [None, "denied", ["denied"], {"access": "denied"}, {"worker": "Bo Low"}]
)
def test_a_worker_who_cannot_be_read_is_told_beside_those_who_can(beside: Any) -> None:
    record = read({"work": [{"who": "Jo Hart"}, beside]})
    assert "Jo Hart" in [i.practitioner.name for i in record.involvements if i.practitioner]
    assert record.defects == ("involvements",)


@pytest.mark.parametrize("beside", [{}, {"who": None, "from": None}])
def test_an_item_that_says_nothing_is_no_defect(beside: Any) -> None:
    assert read({"work": [{"who": "Jo Hart"}, beside]}).defects == ()
