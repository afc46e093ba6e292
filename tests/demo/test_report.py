"""The table says what the answer says: who is involved, whom to ring, and what is not known."""

import io
from typing import Any

import pytest
from graphql import build_schema, parse, validate
from rich.console import Console

from demo.population.caseload import Town
from demo.questions import DOCUMENT, more, story
from demo.report import print_answer
from gateway.graphql.root import printed

LEAD = {
    "role": "Social worker",
    "practitioner": {"name": "Zadie [bold]Slaithwaite", "telephone": None},
    "contact": {"telephone": "020 7946 0211"},
    "agency": {"name": "Northbrook"},
    "status": "OPEN",
    "team": "North",
}


def agency(outcome: str, *involvements: Any) -> Any:
    duty = {"telephone": "020 7946 0112", "hours": None}
    return {
        "agency": {"id": "one", "name": "Youth Justice"},
        "ring": duty,
        "outcome": outcome,
        "detail": None,
        "latencyMs": 12,
        "involvements": list(involvements),
    }


def answer(*rows: Any, restriction: str = "NONE_KNOWN") -> Any:
    home = {"lines": ["5 Tenterfield Lane"], "postcode": "QN1 4GA", "current": True}
    child = {
        "names": [{"given": ["Mira"], "family": "Thistlewood", "use": "CURRENT"}],
        "birthDate": {"value": "2015-03-09"},
        "restriction": restriction,
        "addresses": [home, home],
        "supportStatuses": [{"code": "CHILD_IN_NEED", "start": "2025-05-12", "end": None}],
        "leadPractitioner": LEAD,
        "withheld": [],
    }
    held = {"inScope": 1, "answered": 0, "unanswered": 1, "notAsked": 0, "complete": False}
    return {
        "child": child,
        "answers": list(rows),
        "unresolved": [],
        "completeness": {**held, "areas": [], "notConnected": ["Probation"]},
        "receipt": {"log": "log", "index": "7", "queryId": "q"},
    }


def said(given: Any) -> str:
    paper = io.StringIO()
    print_answer(Console(width=160, file=paper), "A child", given)
    return paper.getvalue()


def test_an_agency_that_did_not_answer_shows_its_duty_telephone() -> None:
    text = said(answer(agency("UNAVAILABLE")))

    assert "duty 020 7946 0112" in text
    assert "not complete" in text
    assert "Probation" in text


def test_a_worker_is_shown_with_the_team_telephone_and_taken_for_no_markup() -> None:
    text = said(answer(agency("HAS_RECORD", LEAD)))

    assert "Zadie [bold]Slaithwaite, Social worker, North" in text
    assert "020 7946 0211" in text
    assert "duty" not in text


def test_a_home_that_two_agencies_know_is_shown_once() -> None:
    assert said(answer()).count("5 Tenterfield Lane") == 1


def test_no_certain_record_is_said_in_words() -> None:
    assert "No record is certain" in said({**answer(agency("NONE_FOUND")), "child": None})


def test_the_restriction_is_said() -> None:
    assert "Restriction: RESTRICTED" in said(answer(restriction="RESTRICTED"))


@pytest.mark.parametrize("kind", [story, more])
def test_three_questions_are_ready_to_ask(people: Town, kind: Any) -> None:
    questions = kind(people.cast)

    assert len({question.title for question in questions}) == 3
    assert all(question.variables["known"]["nhsNumber"] for question in questions)


def test_the_document_fits_the_schema() -> None:
    assert validate(build_schema(printed()), parse(DOCUMENT)) == []
