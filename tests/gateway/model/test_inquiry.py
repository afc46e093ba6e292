"""Whom, why and where is checked before anybody is asked, and said without repeating it."""

from dataclasses import replace
from typing import Any, Final

import pytest

from adapters.contract.codes import Purpose, Sector
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NhsNumber
from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently, NotAllowed, TeamAroundError
from gateway.model.inquiry import Inquiry, inquiries

CALLER: Final = Caller(
    issuer=DEFAULT_ISSUER,
    user="s.worker",
    organisation="northbrook",
    sector=Sector.SOCIAL_CARE,
    roles=frozenset({"practitioner"}),
    purposes=frozenset({Purpose.SAFEGUARDING, Purpose.EARLY_HELP}),
    areas=("E09990001",),
)
NUMBER: Final = NhsNumber.parse("9434765919")
BORN: Final = PartialDate.parse("2015-03-09")
KNOWN: Final = {"nhsNumber": NUMBER, "birthDate": BORN}
REASON: Final = {
    "purpose": Purpose.SAFEGUARDING,
    "justification": "  worried about bruises ",
    "caseReference": " C-1 ",
}


def inquired(known: Any = None, reason: Any = None, scope: Any = None) -> Inquiry:
    arguments = {
        "known": KNOWN if known is None else known,
        "reason": reason or REASON,
        "scope": scope,
    }
    (inquiry,) = inquiries(arguments, CALLER)
    return inquiry


def refusal(known: Any = None, reason: Any = None) -> TeamAroundError:
    with pytest.raises(TeamAroundError) as refused:
        inquired(known, reason)
    return refused.value


@pytest.mark.parametrize(
    "known",
    [
        {"nhsNumber": NUMBER, "birthDate": BORN},
        {"nhsNumber": NUMBER, "familyName": "Ashdown"},
        {"upn": "H801200001001", "givenNames": ["Mira"]},
        {"agencyRecord": {"agency": "a", "recordId": "1"}, "birthDate": PartialDate(2015)},
        {"givenNames": ["Mira"], "familyName": "Ashdown", "birthDate": BORN},
        {"givenNames": ["Mira"], "familyName": "Ashdown", "birthDate": PartialDate(2015)},
    ],
)
def test_enough_is_an_identifier_with_one_more_thing_or_names_with_a_date(known: Any) -> None:
    assert inquired(known).reason.purpose is Purpose.SAFEGUARDING


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"nhsNumber": NUMBER},
        {"nhsNumber": NUMBER, "sex": "FEMALE", "postcode": "ZE1 0AA"},
        {"nhsNumber": NUMBER, "givenNames": [], "familyName": ""},
        {"nhsNumber": NUMBER, "givenNames": ["", "  "], "familyName": " \t"},
        {"nhsNumber": None, "birthDate": BORN},
        {"birthDate": BORN},
        {"familyName": "Ashdown", "birthDate": BORN},
        {"givenNames": ["Mira"], "birthDate": BORN},
        {"givenNames": ["Mira"], "familyName": "Ashdown"},
        {"givenNames": ["Mira"], "familyName": "Ashdown", "birthDate": None},
        {"nhsNumber": NUMBER, "familyName": "Unknown"},
        {"nhsNumber": NUMBER, "givenNames": ["BABY"]},
        {"givenNames": ["Baby"], "familyName": "Ashdown", "birthDate": BORN},
        {"givenNames": ["Mira"], "familyName": "not known", "birthDate": BORN},
        {"agencyRecord": {"agency": "a", "recordId": " "}, "familyName": "Ashdown"},
        {"agencyRecord": {"agency": "", "recordId": "1"}, "familyName": "Ashdown"},
    ],
)
def test_too_little_is_asked_of_nobody(known: dict[str, Any]) -> None:
    error = refusal(known)
    assert isinstance(error, AskDifferently)
    assert error.code == "KNOWN_DETAILS_TOO_FEW"


def test_spaces_around_and_within_names_do_not_matter() -> None:
    known = {"givenNames": [" Mira  Jo ", ""], "familyName": "  Ash \n down", "birthDate": BORN}
    assert inquired(known).known.given_names == ("Mira Jo",)
    assert inquired(known).known.family_name == "Ash down"


@pytest.mark.parametrize("field", ["givenNames", "familyName", "recordId", "agency"])
@pytest.mark.parametrize("text", ["x" * 101, "Jonah\u202eSmith", "Jonah\x00Smith", "Jonah\ud800"])
def test_a_name_or_record_number_that_is_no_line_of_text_is_refused(field: str, text: str) -> None:
    known: dict[str, Any] = {**KNOWN, "agencyRecord": {"agency": "a", "recordId": "1"}}
    place = known["agencyRecord"] if field in {"recordId", "agency"} else known
    place[field] = [text] if field == "givenNames" else text
    error = refusal(known)
    assert error.code == "VARIABLES_INVALID"
    assert "Jonah" not in error.message


def test_more_names_than_anybody_has_are_refused() -> None:
    assert refusal({**KNOWN, "givenNames": ["Mira"] * 11}).code == "VARIABLES_INVALID"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ({"caseReference": None}, "CASE_REFERENCE_MISSING"),
        ({"caseReference": " \t"}, "CASE_REFERENCE_MISSING"),
        ({"justification": ""}, "JUSTIFICATION_MISSING"),
        ({"justification": " \n "}, "JUSTIFICATION_MISSING"),
        ({"justification": "\u200b\u202e\x00"}, "JUSTIFICATION_MISSING"),
        ({"justification": "..."}, "JUSTIFICATION_MISSING"),
        ({"caseReference": "\u2060"}, "CASE_REFERENCE_MISSING"),
        ({"justification": "x" * 2001}, "JUSTIFICATION_TOO_LONG"),
        ({"caseReference": "x" * 101}, "JUSTIFICATION_TOO_LONG"),
    ],
)
def test_a_reason_is_whole_and_of_a_length_that_the_log_keeps(
    reason: dict[str, Any], code: str
) -> None:
    error = refusal(reason={**REASON, **reason})
    assert isinstance(error, AskDifferently)
    assert error.code == code


def test_only_safeguarding_needs_a_case_reference() -> None:
    reason = {"purpose": Purpose.EARLY_HELP, "justification": "asked for help"}
    assert inquired(reason=reason).reason.case_reference is None


def test_a_reason_is_kept_without_the_spaces_around_it() -> None:
    assert inquired().reason.justification == "worried about bruises"
    assert inquired().reason.case_reference == "C-1"


def test_a_purpose_that_the_token_does_not_have_is_not_allowed() -> None:
    error = refusal(reason={**REASON, "purpose": Purpose.EMERGENCY})
    assert isinstance(error, NotAllowed)
    assert error.code == "PURPOSE_NOT_ENTITLED"


def test_a_subject_asks_through_another_door() -> None:
    subject = replace(CALLER, purposes=frozenset({Purpose.SUBJECT_ACCESS}))
    reason = {**REASON, "purpose": Purpose.SUBJECT_ACCESS}
    with pytest.raises(NotAllowed) as refused:
        inquiries({"known": KNOWN, "reason": reason}, subject)
    assert refused.value.code == "SUBJECT_ACCESS_REFUSED"


def test_every_child_of_a_question_about_several_is_checked() -> None:
    arguments = {"known": [KNOWN, {"birthDate": BORN}], "reason": REASON}
    with pytest.raises(AskDifferently):
        inquiries(arguments, CALLER)


@pytest.mark.parametrize("scope", [None, {}, {"areas": None, "agencies": None}, {"areas": []}])
def test_a_scope_that_names_nothing_is_the_callers_own_area(scope: Any) -> None:
    assert (inquired(scope=scope).scope.areas, inquired(scope=scope).scope.agencies) == ((), ())


def test_a_scope_says_each_place_once() -> None:
    scope = inquired(scope={"areas": ["b", "a", "b"], "agencies": ["y", "x", "y"]}).scope
    assert (scope.areas, scope.agencies) == (("a", "b"), ("x", "y"))


def test_of_several_children_it_says_which_one_is_told_too_little() -> None:
    arguments = {"known": [KNOWN, {"sex": None}, {"givenNames": ["a"] * 11}], "reason": REASON}
    with pytest.raises(AskDifferently) as refused:
        inquiries(arguments, CALLER)
    paths = [each["extensions"]["path"] for each in refused.value.told]
    assert paths == [["known", 1], ["known", 2, "givenNames"]]


def test_of_a_thousand_wrong_children_only_so_many_are_told() -> None:
    arguments = {"known": [{}] * 1000, "reason": REASON}
    with pytest.raises(AskDifferently) as refused:
        inquiries(arguments, CALLER)
    assert len(refused.value.told) == 50
