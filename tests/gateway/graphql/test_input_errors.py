"""A wrong variable is named, with what to write instead, and its value is never repeated."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse
from graphql.execution.values import VariableValues
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Purpose, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NhsNumber, Postcode, Upn
from gateway.graphql.types.input_errors import InputError, WrongVariables, coerced
from tests.support.gateway.execution import core_schema
from tests.support.processor_time import cheap

SCHEMA = core_schema()
DOCUMENT = "query ($known: KnownDetails!, $reason: AccessReason, $n: Int) { agencies { id } }"
OPERATION = parse(DOCUMENT).definitions[0]
MARKER = "Zyxwvut"

_JSON = st.recursive(
    st.text().map(MARKER.__add__) | st.just(MARKER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just(MARKER) | st.text(), inner),
    max_leaves=6,
)


def _coerced(known: object, **others: object) -> VariableValues | WrongVariables:
    assert isinstance(OPERATION, OperationDefinitionNode)
    variables = {"known": known, **others}
    return coerced(SCHEMA, OPERATION.variable_definitions or (), variables)


def _told_little(known: object) -> VariableValues | WrongVariables:
    assert isinstance(OPERATION, OperationDefinitionNode)
    definitions = OPERATION.variable_definitions or ()
    return coerced(SCHEMA, definitions, {"known": known}, suggest=False)


def _errors(known: object, **others: object) -> tuple[InputError, ...]:
    wrong = _coerced(known, **others)
    assert isinstance(wrong, WrongVariables)
    return wrong.errors


def _error(known: object, **others: object) -> InputError:
    (error,) = _errors(known, **others)
    return error


def test_good_details_become_parsed_values() -> None:
    values = _coerced(
        {
            "nhsNumber": "900 000 0009",
            "upn": "h801200001001",
            "birthDate": "2015-03",
            "sex": "FEMALE",
            "postcode": "ab12cd",
            "givenNames": ["Ada"],
            "chosen": None,
        },
        reason={"purpose": "EARLY_HELP", "justification": "j"},
    )
    assert isinstance(values, VariableValues)
    assert values.coerced["known"] == {
        "nhsNumber": NhsNumber("9000000009"),
        "upn": Upn("H801200001001"),
        "birthDate": PartialDate(2015, 3),
        "sex": Sex.FEMALE,
        "postcode": Postcode("AB1 2CD"),
        "givenNames": ["Ada"],
        "chosen": None,
    }
    assert values.coerced["reason"]["purpose"] is Purpose.EARLY_HELP


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (
            {"nhsNumber": "9000000000"},
            "$known.nhsNumber: an NHS number is ten digits, the last of them a check digit",
        ),
        ({"nhsNumber": 9000000009}, "$known.nhsNumber: write text in quotes: ten digits"),
        ({"familyName": 4711}, "$known.familyName: write text in quotes"),
        ({"givenNames": ["Ada", {"x": "May"}]}, "$known.givenNames[1]: write text in quotes"),
        ({"birthDate": "9 March"}, "$known.birthDate: a date is YYYY, YYYY-MM or YYYY-MM-DD"),
        ({"birthDate": "2015-02-30"}, "$known.birthDate: there is no such day in the calendar"),
        ({"sex": "GIRL"}, "$known.sex: write one of FEMALE, MALE, OTHER, UNKNOWN"),
        ({"chosen": [{"key": "k"}]}, "$known.chosen[0].reason: give a value, it is required"),
        (None, "$known: give a value, it is required"),
        (
            "Ada",
            (
                "$known: write an object with fields of KnownDetails: nhsNumber, upn, agencyRecord,"
                " givenNames, familyName, birthDate, sex, postcode, otherNames, formerPostcodes,"
                " carers, school, gpPractice, telephones, chosen"
            ),
        ),
    ],
)
def test_the_message_names_the_field_and_what_to_write(known: object, message: str) -> None:
    assert _error(known).message == message


def test_an_unknown_field_is_not_repeated_and_its_nearest_is_named() -> None:
    error = _error({"famlyName": "Byron"})
    assert error.path == ("known",)
    assert "perhaps familyName is meant" in error.message
    assert "Byron" not in error.message
    assert "famlyName" not in error.message


def test_a_name_in_place_of_a_field_is_not_repeated() -> None:
    assert "Byron" not in _error({"Byron": "Ada"}).message


def test_a_wrong_number_is_named_by_its_path() -> None:
    assert _error({}, n="1e9") == InputError("$n: write a whole number", ("n",))


def test_only_so_many_things_are_named_at_once() -> None:
    assert len(_errors({"givenNames": list(range(1000))})) == 50


def test_everything_wrong_is_said_at_once_each_with_its_path() -> None:
    errors = _errors(
        {
            "nhsNumber": "9000000000",
            "birthDate": "9 March",
            "formerPostcodes": ["AB1 2CD", "nowhere"],
            "sex": "FEMLE",
        },
        n="many",
    )
    assert {error.path for error in errors} == {
        ("known", "nhsNumber"),
        ("known", "birthDate"),
        ("known", "formerPostcodes", 1),
        ("known", "sex"),
        ("n",),
    }


def test_a_slip_in_a_code_is_told_the_nearest_there_is() -> None:
    assert _error({"sex": "femle"}).message.endswith("(perhaps FEMALE is meant)")


@pytest.mark.parametrize(
    "known", ["Ada", {"famlyName": "Byron"}, {"sex": "FEMLE"}, {"sex": {"x": 1}}]
)
def test_who_may_not_learn_the_schema_is_told_no_name_of_it(known: object) -> None:
    wrong = _told_little(known)
    assert isinstance(wrong, WrongVariables)
    (error,) = wrong.errors
    assert not any(name in error.message for name in ("familyName", "FEMALE", "UNKNOWN"))


def test_ten_thousand_unknown_fields_cost_next_to_nothing() -> None:
    with cheap(0.5):
        _error({f"field{n}": n for n in range(10_000)})


def test_variables_nested_beyond_reason_are_refused() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert _error({"givenNames": deep}).message == "$known.givenNames[0]: write text in quotes"


@given(
    field=st.sampled_from(["nhsNumber", "upn", "birthDate", "sex", "chosen", MARKER]), value=_JSON
)
def test_no_value_is_ever_repeated(field: str, value: object) -> None:
    errors = _errors({field: value, "agencyRecord": value})
    assert all(MARKER not in error.message for error in errors)
    assert all(MARKER not in error.path for error in errors)
