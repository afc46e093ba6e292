"""A number that FHIR says was a child's until a day, or will be hers, is not hers today.

It was given to her by mistake and is her cousin's: by it her file was shown as his.
"""

from datetime import date
from typing import Any

import pytest

from adapters.contract.record import Identifier, Record
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text

TODAY = date(2026, 11, 22)
NHS = "https://fhir.nhs.uk/Id/nhs-number"
FHIR = f"""
[identify]
nhs_number = "{NHS}"
[[operation]]
name = "child"
path = "/Patient/{{nhs_number}}"
absent = "status == `404` && body.issue[0].code == 'not-found'"
[operation.map]
record_id = "id"
family_name = "family"
"""
HERS, HIS = "9990000018", "9990000034"


def read(*numbers: dict[str, Any]) -> Record:
    manifest = manifest_of(manifest_text("fhir", "http://a.example", FHIR))
    mapping = RecordMapping.of(manifest.operation[0], {}, {"nhs_number": NHS})
    listed = [{"system": NHS, **number} for number in numbers]
    patient = {"id": "1", "family": "Hill", "identifier": listed}
    records = [mapping.record(patient, ALL_FIELDS, TODAY) for _ in range(3)]
    assert records[0] == records[1] == records[2]
    assert isinstance(records[0], Record)
    known = {one.value for one in records[0].identifiers}
    assert mapping.numbers("nhs_number", patient, TODAY) == known
    return records[0]


OVER: list[Any] = [
    {"end": "2019-05-01"},
    {"start": "2015-03-09", "end": "2019-05-01T09:30:00Z"},
    {"end": "2025"},
    {"end": "2026-11-21"},
    {"start": "2026-11-23"},
    {"start": "2027"},
]


@pytest.mark.parametrize("period", OVER)
def test_a_childs_file_is_not_her_cousins_by_a_number_that_is_hers_no_longer(period: Any) -> None:
    record = read({"value": HIS, "use": "official", "period": period}, {"value": HERS})
    assert record.identifiers == (Identifier("nhs_number", HERS),)
    assert record.defects == ()


@pytest.mark.parametrize(
    "period",
    [
        *(None, {}, {"start": "2015-03-09"}, {"start": "2026-11-22"}, {"end": "2026-11-22"}),
        *({"end": "2026"}, {"end": "2026-11"}, {"start": "2026"}, {"end": "9999-12-31"}),
    ],
)
def test_a_number_that_is_in_use_today_is_the_childs(period: Any) -> None:
    assert read({"value": HERS, "period": period}).identifiers == (Identifier("nhs_number", HERS),)


@pytest.mark.parametrize("period", ["2019", [], {"end": "soon"}, {"start": "?", "end": "2030"}])
def test_a_number_of_which_nobody_knows_whether_it_is_in_use_is_not_read(period: Any) -> None:
    record = read({"value": HIS, "period": period}, {"value": HERS})
    assert record.identifiers == (Identifier("nhs_number", HERS),)
    assert record.defects == ("nhs_number",)


def test_an_odd_value_that_was_a_number_once_harms_nobody() -> None:
    assert read({"value": {"odd": 1}, "use": "old"}, {"value": HERS}).defects == ()
    assert read({"value": [1], "period": {"end": "2019"}}, {"value": HERS}).defects == ()
