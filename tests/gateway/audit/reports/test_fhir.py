"""An entry leaves as a FHIR AuditEvent that the standard's own model accepts."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from hypothesis import given

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import Entry, stamp
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRange
from gateway.audit.reports.fhir import as_audit_events, audit_event
from tests.support.audit.examples import MAYA, NOON, asked, released
from tests.support.audit.golden_entries import ENTRIES
from tests.support.audit.publishing import ORIGIN


def accepted(entry: Entry, index: int = 7) -> dict[str, Any]:
    """The event, which the model reads and writes again without a change.

    R4B has the AuditEvent of R4, which the library does not carry by itself.
    """
    event = audit_event(Logged(index, entry.leaf()), ORIGIN)
    read = AuditEvent.model_validate(event)
    again: dict[str, Any] = json.loads(read.model_dump_json())
    assert again.keys() == event.keys()
    return event


def codes(concepts: Iterable[dict[str, Any]]) -> list[str]:
    return [coding["code"] for concept in concepts for coding in concept["coding"]]


@given(ENTRIES)
def test_any_entry_is_an_event_that_the_standard_accepts(entry: Entry) -> None:
    event = accepted(entry, 12)
    assert (event["id"], event["recorded"]) == ("12", stamp(entry.at))
    assert event["subtype"][0]["code"] == entry.kind.value


def test_a_question_says_who_asked_whom_about_whom_and_why() -> None:
    event = accepted(asked("q1", MAYA))
    assert (event["id"], event["recorded"]) == ("7", "2026-11-22T12:00:00.000000Z")
    assert (event["type"]["display"], event["outcome"]) == ("Query", "0")
    user, organisation = event["agent"]
    assert user["who"]["identifier"]["value"] == "j.okafor"
    assert organisation["who"]["identifier"]["value"] == "anywhere-council"
    request, child, school = event["entity"]
    assert request["what"]["identifier"]["value"] == "q1"
    assert child["what"]["identifier"]["value"] == MAYA
    assert school["what"]["identifier"]["value"] == "anywhere-schools"
    assert codes(event["purposeOfEvent"]) == ["SAFEGUARDING"]


def test_a_release_names_the_fields_and_what_was_kept_back() -> None:
    _, _, school = accepted(released())["entity"]
    details = {each["type"]: each["valueString"] for each in school["detail"]}
    assert details == {
        "outcome": "HAS_RECORD",
        "released": "names schools",
        "withheld": "LOCATION:SHIELD:shield",
    }


@pytest.mark.parametrize(
    ("purpose", "standard"), [(Purpose.DIRECT_CARE, "TREAT"), (Purpose.EMERGENCY, "ETREAT")]
)
def test_a_purpose_with_a_standard_code_carries_both(purpose: Purpose, standard: str) -> None:
    event = accepted(replace(asked(), purpose=purpose))
    assert codes(event["purposeOfEvent"]) == [standard, purpose.value]


@pytest.mark.parametrize("kind", AuditKind)
def test_every_kind_of_entry_has_its_event(kind: AuditKind) -> None:
    pruned = (EntryRange(0, 3),) if kind is AuditKind.PRUNING else ()
    event = accepted(Entry(kind=kind, at=NOON, pruned=pruned))
    assert event["subtype"] == [{"system": "urn:teamaround:audit-kind", "code": kind.value}]
    assert event["agent"][0]["who"] == {"display": "not a known user"}


def test_a_name_with_unwritable_characters_is_still_one_line() -> None:
    entry = replace(asked(), user="j\x00\r\n\N{LINE SEPARATOR}\x1b", organisation=" ")
    lines = list(as_audit_events([Logged(0, entry.leaf())], ORIGIN))
    assert [line.count("\n") for line in lines] == [1]
    (user,) = json.loads(lines[0])["agent"]
    assert "\x00" not in user["who"]["identifier"]["value"]
    accepted(entry)
