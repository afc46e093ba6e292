"""What a caller may tell beyond name, date and number is short, seen and little."""

from typing import Any

import pytest

from adapters.contract.record import Name
from gateway.model.errors import AskDifferently
from gateway.model.further_details import FurtherDetails, further_details
from resolvers.matching.reference import Surroundings


def test_nothing_told_is_nothing() -> None:
    assert further_details({}) == FurtherDetails()


def test_spare_spaces_and_blanks_are_no_details() -> None:
    told = further_details(
        {
            "otherNames": [{"givenNames": [" Amara  Rose ", ""], "familyName": " "}],
            "carers": ["  Sarah   O'Brien", " "],
            "school": " ",
            "telephones": ["020 7946 0018"],
        }
    )
    assert told.other_names == (Name(("Amara Rose",), None),)
    assert told.surroundings == Surroundings(
        carers=("Sarah O'Brien",), telephones=("020 7946 0018",)
    )


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"carers": ["Sarah O'Brien"] * 6}, "known.carers"),
        ({"formerPostcodes": ["XX1 2YY"] * 6}, "known.formerPostcodes"),
        ({"otherNames": [{"familyName": "O'Brien"}] * 6}, "known.otherNames"),
        ({"school": "x" * 101}, "known.school"),
        ({"gpPractice": "a\x00b"}, "known.gpPractice"),
        ({"otherNames": [{"familyName": "x" * 101}]}, "known"),
    ],
)
def test_too_much_is_refused_by_the_fields_name_and_without_its_value(
    told: dict[str, Any], field: str
) -> None:
    with pytest.raises(AskDifferently) as refused:
        further_details(told)
    assert str(refused.value.message).startswith(field)
    assert "O'Brien" not in str(refused.value.message)
