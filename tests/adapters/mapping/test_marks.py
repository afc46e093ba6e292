"""A mark of a restricted child is heeded however little of it came."""

from datetime import date
from typing import Any

import pytest

from adapters.contract.record import Record
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text

REST = """
[[operation]]
name = "all"
path = "/{upn}"
records = "[body]"
[operation.map]
record_id = "id"
family_name = "family"
restricted = { path = "labels[].code", codes = "confidentiality" }
[[operation.involvement]]
each = "work"
practitioner = "who"
sensitive = { path = "kinds[].code", codes = "confidentiality" }
[codes.confidentiality]
U = false
"*" = true
"""
PLAIN = {"code": "U"}


def read(**said: Any) -> Record:
    manifest = manifest_of(manifest_text("rest", "http://a.example", REST))
    mapping = RecordMapping.of(manifest.operation[0], manifest.codes)
    document = {"id": "1", "family": "Hill", "labels": [PLAIN], **said}
    records = [mapping.record(document, ALL_FIELDS, date(2026, 11, 22)) for _ in range(3)]
    assert records[0] == records[1] == records[2]
    assert isinstance(records[0], Record)
    return records[0]


ODD = [{"display": "restricted"}, {"code": None}, None, {}, "R", {"code": "R"}, {"code": ["U"]}]


@pytest.mark.parametrize("label", ODD)
@pytest.mark.parametrize("first", [True, False])
def test_a_label_without_a_known_code_restricts_whatever_is_beside_it(
    label: Any,
    first: bool,  # noqa: FBT001 - which of the two comes first
) -> None:
    assert read(labels=[label, PLAIN] if first else [PLAIN, label]).restricted is True


@pytest.mark.parametrize("label", ODD)
def test_a_kind_of_service_without_a_known_code_is_sensitive(label: Any) -> None:
    (involvement,) = read(work=[{"who": "Jo", "kinds": [PLAIN, label]}]).involvements
    assert involvement.sensitive is True


def test_labels_that_all_say_so_clear() -> None:
    record = read(labels=[PLAIN, PLAIN], work=[{"who": "Jo", "kinds": [PLAIN]}])
    assert record.restricted is False
    assert record.involvements[0].sensitive is False
