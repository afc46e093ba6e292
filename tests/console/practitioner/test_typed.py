from console.asking.refusals import GatewayRefused
from console.practitioner.typed import Typed, mistake_of


def typed(**texts: str) -> Typed:
    return Typed(texts)


def test_numbers_are_taken_with_any_spaces_and_lists_line_by_line() -> None:
    known = typed(
        nhsNumber=" 999-660 4659",
        upn="q991 4001 19007",
        givenNames="Mira  Jane",
        birthDate="9 mar 2015",
        otherNames="Mira Jane Smith\nMo Hart",
        telephones="01632 960001\n01632 960002",
    ).variables()["known"]
    assert known == {
        "nhsNumber": "9996604659",
        "upn": "Q991400119007",
        "givenNames": ["Mira", "Jane"],
        "birthDate": "2015-03-09",
        "otherNames": [
            {"givenNames": ["Mira", "Jane"], "familyName": "Smith"},
            {"givenNames": ["Mo"], "familyName": "Hart"},
        ],
        "telephones": ["01632 960001", "01632 960002"],
    }


def test_the_next_child_of_a_case_begins_with_nothing_of_this_one() -> None:
    full = typed(purpose="SAFEGUARDING", caseReference="c", familyName="Rowan", breakGlass="g-1")
    assert full.for_the_case.carried(tuple(full.texts)) == {
        "purpose": "SAFEGUARDING",
        "caseReference": "c",
    }


def test_each_mistake_that_the_gateway_names_goes_to_its_field() -> None:
    places = {
        ("known", "nhsNumber"): "nhsNumber",
        ("known", "givenNames", 1): "givenNames",
        ("reason", "caseReference"): "caseReference",
        ("reason", "significantHarm", "justification"): "harmWhy",
        ("reason", "outOfArea"): "cause",
        ("scope", "areas", 0): "areas",
        ("known", "chosen", 0, "reason"): "chosenWhy",
        ("known",): None,
    }
    errors = [
        {"message": "$known.x: write it so", "extensions": {"code": "X", "path": [*path]}}
        for path in places
    ]
    found = [mistake_of(each) for each in GatewayRefused(400, errors).inputs]
    assert [each.field for each in found] == [*places.values()]
    assert {each.message for each in found} == {"Write it so."}
