"""A worker who is written as a text where XML should have elements is told to be unread."""

from datetime import date

import pytest
from lxml import etree

from adapters.contract.record import Record
from adapters.expressions.xpath import xpath_language
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text

XML = """
[file]
format = "xml"
newest = "name"
[[operation]]
name = "all"
file = "all-*.xml"
by = ["record_id"]
records = "All/Child"
[operation.map]
record_id = "Id"
family_name = "Family"
[[operation.involvement]]
each = "Worker"
practitioner = "PRACTITIONER"
end = "@to"
"""


def read(worker: str, practitioner: str = "Name") -> Record:
    text = manifest_text("file", "file:///all", XML.replace("PRACTITIONER", practitioner))
    mapping = RecordMapping.of(manifest_of(text).operation[0], {}, None, xpath_language({}))
    child = etree.fromstring(f"<Child><Id>1</Id><Family>Hill</Family>{worker}</Child>")
    records = [mapping.record(child, ALL_FIELDS, date(2026, 11, 22)) for _ in range(3)]
    assert records[0] == records[1] == records[2]
    assert isinstance(records[0], Record)
    return records[0]


@pytest.mark.parametrize(
    "worker", ["<Worker>Jo</Worker>", "<Worker><![CDATA[Jo]]></Worker>", "<Worker name='Jo'/>"]
)
def test_a_worker_at_another_place_is_told_to_be_unread(worker: str) -> None:
    record = read(worker)
    assert record.involvements == ()
    assert record.defects == ("involvements",)


@pytest.mark.parametrize(
    "worker", ["", "<Worker/>", "<Worker> </Worker>", "<Worker><Name/></Worker>"]
)
def test_an_empty_element_is_no_worker(worker: str) -> None:
    record = read(worker)
    assert record.involvements == ()
    assert record.defects == ()


def test_a_worker_who_is_meant_to_be_a_text_is_read() -> None:
    record = read("<Worker>Jo</Worker>", ".")
    assert [one.practitioner.name for one in record.involvements if one.practitioner] == ["Jo"]
    assert record.defects == ()
