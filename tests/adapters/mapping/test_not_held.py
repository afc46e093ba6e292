"""A field that may not be left empty says so in many ways; the row is still complete."""

from datetime import date
from typing import Any, Final

import pytest

from adapters.contract.record import Record
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import manifest_of, manifest_text

REST: Final = """
[[operation]]
name = "all"
path = "/{upn}"
records = "[body]"
[operation.map]
record_id = "id"
nhs_number = "nhs"
given_names = "given"
family_name = "family"
birth_date = { path = "born", as = "date" }
[[operation.address]]
lines = "lines"
postcode = "postcode"
[[operation.involvement]]
practitioner = "worker"
practitioner_telephone = "telephone"
practitioner_email = "email"
"""
MAPPING: Final = RecordMapping.of(
    manifest_of(manifest_text("rest", "http://a.example", REST)).operation[0], {}
)
AMARA: Final = {"id": "17", "nhs": "9990000018", "lines": "4 Tanners Row", "worker": "Jo Hart"}
WORDS: Final = ("N/A", "n/a", "NULL", "None", "-", "--", ".", "?", "Unknown", "Not known", "TBC")
ZEROS: Final = ("0", "0000000000", "000 000 0000", "9999999999", "99999 999999")
FIELDS: Final = ("telephone", "email", "postcode")


def read(**written: Any) -> Record:
    record = MAPPING.record(
        {**AMARA, **written}, frozenset({"addresses", "involvements"}), date(2026, 11, 22)
    )
    assert isinstance(record, Record), record
    return record


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("none", [*WORDS, *ZEROS])
def test_a_field_that_may_not_be_empty_says_so_and_the_record_is_whole(
    field: str, none: str
) -> None:
    assert read(**{field: none}) == read(**{field: None})


@pytest.mark.parametrize("nowhere", ["ZZ99 3CZ", "zz993vz", "ZZ99 3WZ"])
def test_a_child_of_no_fixed_abode_has_an_address_without_a_postcode(nowhere: str) -> None:
    record = read(postcode=nowhere)
    assert (record.addresses[0].postcode, record.defects) == (None, ())


@pytest.mark.parametrize(
    ("field", "written"),
    [
        *[("telephone", said) for said in ("ex-directory", "ask the office", "ring Jo", "9")],
        *[("email", said) for said in ("see notes", "jo.hart at clinic", "no-reply")],
        *[("postcode", said) for said in ("ZE1", "ZE1 0A", "Northbrook")],
        *[("nhs", said) for said in ("9990000019", "0000000000", "Mother: 9990000018", "99")],
    ],
)
def test_what_says_anything_else_is_told_to_be_unread(field: str, written: str) -> None:
    born = {"born": "2015-03-09", "given": "Amara", "family": "Okafor"}
    assert read(**born, **{field: written}).defects


@pytest.mark.parametrize(
    "number", ["999", "111", "0300 123 0000", "(01632) 960001", "(+44) 1632 960001"]
)
def test_a_number_that_people_ring_is_one_however_it_is_written(number: str) -> None:
    (worker,) = read(telephone=number).involvements
    assert worker.practitioner is not None
    assert worker.practitioner.telephone == number
