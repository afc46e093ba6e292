"""What an agency says of today and what its dates say: where they differ, nobody is told a day."""

from datetime import date
from typing import Any

import pytest

from adapters.contract.codes import InvolvementStatus
from adapters.contract.record import GpPractice, Record
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text

TODAY = date(2026, 11, 22)
REST = """
[[operation]]
name = "all"
path = "/{upn}"
records = "[body]"
[operation.map]
record_id = "id"
family_name = "family"
[[operation.address]]
each = "homes"
lines = "lines"
current = "current"
start = "from"
end = "to"
[[operation.gp_practice]]
each = "practices"
ods_code = "code"
start = "from"
end = "to"
[[operation.involvement]]
each = "work"
practitioner = "who"
status = "status"
start = "from"
end = "to"
"""
OPEN, CLOSED, UNKNOWN = InvolvementStatus


def read(document: dict[str, Any]) -> Record:
    mapping = RecordMapping.of(
        manifest_of(manifest_text("rest", "http://a.example", REST)).operation[0], {}
    )
    whole = {"id": "1", "family": "Hill", **document}
    records = [mapping.record(whole, ALL_FIELDS, TODAY) for _ in range(3)]
    assert records[0] == records[1] == records[2]
    assert isinstance(records[0], Record)
    return records[0]


@pytest.mark.parametrize(
    ("said", "start", "end", "status"),
    [
        (None, "2027-01-04", None, UNKNOWN),
        (None, "2026-11-23", "2027-03-01", UNKNOWN),
        (None, "2027", None, UNKNOWN),
        (None, "2026-12", None, UNKNOWN),
        (None, "2026-11-22", None, OPEN),
        (None, "2026-11", None, OPEN),
        (None, "2026", None, OPEN),
        ("OPEN", "2027-01-04", None, UNKNOWN),
        ("OPEN", "2020-01-04", "2021-02-01", UNKNOWN),
        ("OPEN", "2020-01-04", "2026", OPEN),
        ("OPEN", None, "never", OPEN),
        ("CLOSED", "2027-01-04", None, CLOSED),
        ("CLOSED", None, "2028-01-01", CLOSED),
        ("UNKNOWN", "2020-01-01", None, UNKNOWN),
    ],
)
def test_a_worker_is_shown_as_todays_only_where_word_and_dates_say_so(
    said: str | None, start: str | None, end: str | None, status: InvolvementStatus
) -> None:
    worker = {"who": "Ann Reed", "status": said, "from": start, "to": end}
    (involvement,) = read({"work": [worker]}).involvements
    assert involvement.status is status


@pytest.mark.parametrize(
    ("said", "start", "end", "current"),
    [
        (True, None, "2019-01-01", None),
        (None, None, "2019-01-01", False),
        (True, "2027-01-01", None, None),
        (None, "2020-01-01", None, None),
        (True, "2020-01-01", None, True),
        (True, None, "2027-01-01", True),
        (False, "2020-01-01", None, False),
        (True, None, "soon", True),
    ],
)
def test_a_home_that_was_left_is_not_shown_as_the_childs_home_of_today(
    said: bool | None,  # noqa: FBT001 - as an agency says it
    start: str | None,
    end: str | None,
    current: bool | None,  # noqa: FBT001 - as it is told
) -> None:
    home = {"lines": "1 High Street", "current": said, "from": start, "to": end}
    (address,) = read({"homes": [home]}).addresses
    assert address.current is current


def test_an_end_alone_that_cannot_be_read_is_no_home() -> None:
    record = read({"homes": [{"lines": None, "to": "soon"}]})
    assert record.addresses == ()
    assert record.defects == ("addresses.end",)


def test_a_practice_that_the_child_left_is_not_shown_as_hers() -> None:
    left, used = {"code": "A81001", "to": "2020-01-01"}, {"code": "B81002", "from": "2020-01-02"}
    to_come = {"code": "C81003", "from": "2027-01-01"}
    assert read({"practices": [left, used, to_come]}).gp_practice == GpPractice(ods_code="B81002")
    assert read({"practices": [left, used, to_come]}).cut == ()
    assert read({"practices": [left]}).gp_practice is None
    assert read({"practices": [{"to": "2030-01-01"}]}).gp_practice is None
    assert read({"practices": [{"code": "A81001", "to": "soon"}]}).gp_practice is not None
