"""What the bench of records measures is whole records, whatever kind they are of."""

import pytest

from adapters.contract.dates import PartialDate
from adapters.contract.record import Record
from bench.parts.records import CASES, Case, compiled, interpreted, mapped

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)


@every_case
def test_every_kind_of_the_bench_is_read_whole(case: Case) -> None:
    record = mapped(case)()
    assert isinstance(record, Record)
    assert record.defects == ()
    assert (record.record_id, record.identifier("nhs_number")) == ("p-1", "9990000018")
    assert [(name.given, name.family) for name in record.names] == [(("Ann",), "Hill")]
    assert (record.birth_date, record.restricted) == (PartialDate(2015, 3, 9), False)
    assert [one.practitioner and one.practitioner.name for one in record.involvements] == [
        "Jo Hart"
    ]


@every_case
def test_compiled_or_interpreted_the_same_is_read(case: Case) -> None:
    if case.xml:  # libxml2 gives elements, of which a mapping makes texts
        assert len(compiled(case)()) == len(interpreted(case)())
    else:
        assert compiled(case)() == interpreted(case)()


@every_case
def test_the_interpreter_reads_as_many_values(case: Case) -> None:
    assert all(found is not None and found != [] for found in interpreted(case)())
    assert len(interpreted(case)()) == 8
