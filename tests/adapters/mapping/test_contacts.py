"""Nobody is shown as a way to reach a worker what is none: a screen makes links of these."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.contract.contract import Records
from adapters.contract.record import Carer, GpPractice, Involvement, Practitioner, Record
from adapters.mapping.mapping import RecordMapping
from adapters.plugins.reply import checked
from tests.support.adapters.asking import ALL_FIELDS, NOW, PUPIL, manifest_of, manifest_text
from tests.support.adapters.problems import problems

WORKER = """
[[operation.involvement]]
practitioner = "name"
practitioner_telephone = "phone"
practitioner_email = "mail"
telephone = "phone"
email = "mail"
[[operation.carer]]
name = "name"
telephone = "phone"
[[operation.gp_practice]]
name = "name"
telephone = "phone"
"""
MAILBOXES = [
    "jo.hart@northbrook.example",
    "j.o'hara+duty@mail.northbrook-trust.example",
    "JO_HART@Northbrook.Example",
    "duty@xn--nrthbrook-07a.example",
]
NO_MAILBOXES = [
    "javascript:alert(1)",
    "javascript:alert(1)//@x.example",
    "jo@northbrook.example\njavascript:x",
    "mailto:jo@northbrook.example",
    "jo@northbrook.example?bcc=thief@elsewhere.example",
    "jo&to=thief@elsewhere.example",
    "jo%0abcc@elsewhere.example",
    "jo@a.example,thief@b.example",
    "Jo Hart <jo@northbrook.example>",
    "<script>@northbrook.example",
    '"jo hart"@northbrook.example',
    "jo@northbrook",
    "jo@127.0.0.1",
    "jo..hart@northbrook.example",
    "jo@-northbrook.example",
    "jo@n\u043erthbrook.example",
    "ask at the desk",
    f"{'j' * 250}@a.example",
]
NO_TELEPHONES = [
    "javascript:alert(1)",
    "tel:01632960001",
    "01632 960001;javascript:x",
    "01632 960001,,,9",
    "ask Jo",
    "<01632>",
    "\u0660\u0661\u0666\u0663\u0662 960001",
]


def read(phone: Any, mail: str) -> Record:
    """What is read of a pupil whose only worker may be reached so."""
    operation = manifest_of(manifest_text("rest", "https://a.example", PUPIL + WORKER)).operation[0]
    pupil = {"id": "7", "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}
    document = {**pupil, "name": "Jo Hart", "phone": phone, "mail": mail}
    found = RecordMapping.of(operation, {}).record(document, ALL_FIELDS, NOW.date())
    assert isinstance(found, Record)
    return found


def of_a_plugin(phone: str, mail: str) -> Record:
    """The same as a plugin says it."""
    worker = Practitioner("Jo Hart", telephone=phone, email=mail)
    said = replace(
        read("01632 960001", MAILBOXES[0]),
        involvements=(Involvement(telephone=phone, email=mail, practitioner=worker),),
        carers=(Carer("Jo Hart", telephone=phone),),
        gp_practice=GpPractice("Jo Hart", telephone=phone),
    )
    reply = checked(Records((said,)), 3)
    assert isinstance(reply, Records)
    return reply.records[0]


def mailboxes(record: Record) -> set[str | None]:
    (involvement,) = record.involvements
    assert involvement.practitioner is not None
    return {involvement.email, involvement.practitioner.email}


def telephones(record: Record) -> set[str | None]:
    (involvement,), (carer,) = record.involvements, record.carers
    assert involvement.practitioner is not None
    assert record.gp_practice is not None
    rings = (involvement, involvement.practitioner, carer, record.gp_practice)
    return {each.telephone for each in rings}


@pytest.mark.parametrize("mail", MAILBOXES)
def test_a_workers_mailbox_is_shown_as_it_is(mail: str) -> None:
    for record in (read("01632 960001 ext 2", mail), of_a_plugin("01632 960001 ext 2", mail)):
        assert (mailboxes(record), telephones(record)) == ({mail}, {"01632 960001 ext 2"})
        assert record.defects == ()


@pytest.mark.parametrize("mail", NO_MAILBOXES)
def test_what_is_no_mailbox_is_left_out_and_counts_as_a_defect(mail: str) -> None:
    for record in (read("01632 960001", mail), of_a_plugin("01632 960001", mail)):
        assert mailboxes(record) == {None}
        assert any("email" in name for name in record.defects)
        assert "Jo Hart" in str(record)


@pytest.mark.parametrize("phone", NO_TELEPHONES)
def test_what_nobody_can_dial_is_left_out_and_counts_as_a_defect(phone: str) -> None:
    for record in (read(phone, MAILBOXES[0]), of_a_plugin(phone, MAILBOXES[0])):
        assert telephones(record) == {None}
        assert any("telephone" in name for name in record.defects)


@pytest.mark.parametrize(
    "contact",
    ['telephone = "javascript:alert(1)"', 'telephone = "01632 960001", email = "javascript:x"'],
)
def test_a_duty_contact_that_is_none_is_refused_with_what_to_write(contact: str) -> None:
    text = manifest_text("rest", "https://a.example").replace('telephone = "01632 960001"', contact)
    ((_, what),) = problems(text)
    assert what.startswith("agency.duty_contact: ")
    assert "such as" in what


@pytest.mark.parametrize("hidden", ["\\u202e", "\\u2066", "\\u0007", "\\u2028"])
@pytest.mark.parametrize(
    "key", ['name = "Some agency', 'telephone = "01632 960001", hours = "24/7']
)
def test_an_agency_hides_nothing_in_what_is_shown_of_it(key: str, hidden: str) -> None:
    text = manifest_text("rest", "https://a.example").replace(
        'telephone = "01632 960001"', 'telephone = "01632 960001", hours = "24/7"'
    )
    ((_, what),) = problems(text.replace(key, f"{key}{hidden}"))
    assert "control or bidirectional character" in what


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("1632960001", "01632960001"),
        ("163296001", "0163296001"),
        ("1632960001.0", "01632960001"),
        (1632960001, "01632960001"),
        (1632960001.0, "01632960001"),
        ("447700900123", "+447700900123"),
        (447700900123, "+447700900123"),
        ("447700900123.0", "+447700900123"),
        ("'01632 960001", "01632 960001"),
        ('="01632960001"', "01632960001"),
        ("01632 960001", "01632 960001"),
        ("+44 (0)1632 960001", "+44 (0)1632 960001"),
        ("999", "999"),
        ("960001", "960001"),
        ("0044 1632 960001", "0044 1632 960001"),
    ],
)
def test_a_number_that_a_spreadsheet_changed_rings_the_worker(written: Any, dialled: str) -> None:
    assert telephones(read(written, MAILBOXES[0])) == {dialled}


@pytest.mark.parametrize("written", ["1.63E+09", 1.63e30, "'", "01632 960001; 2"])
def test_a_number_that_was_rounded_rings_nobody_and_is_told(written: Any) -> None:
    record = read(written, MAILBOXES[0])
    assert telephones(record) == {None}
    assert "involvements.telephone" in record.defects
