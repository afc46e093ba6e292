"""A school's nightly OneRoster bundle is read whole, or not at all."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import InvolvementStatus, Sex
from adapters.contract.contract import Malformed, NoRecord, Reply, TooMany
from adapters.contract.dates import PartialDate
from adapters.contract.record import School
from tests.support.adapters.asking import manifest_of, manifest_text, only, opened, question
from tests.support.adapters.school_roll import ANN_UPN, BOB_UPN, NOBODY

LISTED = ("users", "demographics", "enrollments", "classes", "orgs")
HEADER = "sourcedId,status,identifier,givenName,familyName,preferredGivenName"
USERS = f"""{HEADER}
s-1,,{ANN_UPN},Ann,Hill,Annie
s-2,,{BOB_UPN},Bob,Vale,
t-1,,,Ruth,Reed,
t-2,,,Leo,Low,
"""
DEMOGRAPHICS = "sourcedId,birthDate,sex\ns-1,2015-03-09,female\ns-2,2014-02-01,male\n"
ENROLLMENTS = """sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,beginDate,endDate
e-1,c-1,o-1,s-1,student,2025-09-01,
e-2,c-1,o-1,t-1,teacher,,
e-3,c-1,o-1,t-2,teacher,,
e-4,c-2,o-1,s-2,student,2025-09-01,
"""
CLASSES = "sourcedId,title\nc-1,3 Oak\nc-2,4 Elm\n"
ORGS = "sourcedId,name\no-1,Tanners Primary\n"


def manifest(modes: Mapping[str, str]) -> str:
    listed = {**dict.fromkeys(LISTED, "bulk"), **modes}
    lines = [f"file.{name},{mode}" for name, mode in listed.items()]
    return "\n".join(["propertyName,value", "oneroster.version,1.2", *lines, ""])


def files(modes: Mapping[str, str] | None = None, **other: str | None) -> dict[str, str]:
    whole = {
        "manifest": manifest(modes or {}),
        "users": USERS,
        "demographics": DEMOGRAPHICS,
        "enrollments": ENROLLMENTS,
        "classes": CLASSES,
        "orgs": ORGS,
        **other,
    }
    return {f"{name}.csv": text for name, text in whole.items() if text is not None}


def zipped(contents: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def text(folder: Path) -> str:
    return manifest_text(
        "file", f"file://{folder}", rest="[file]\nformat = 'oneroster'\nnewest = 'name'\n"
    )


async def asked(folder: Path, bundle: bytes, upn: str = ANN_UPN) -> Reply:
    (folder / "roster-1.zip").write_bytes(bundle)
    async with opened(text(folder)) as adapter:
        return await adapter.source.ask(question(upn=upn))


WITH_STATUS = """sourcedId,status,classSourcedId,schoolSourcedId,userSourcedId,role,beginDate
e-1,active,c-1,o-1,s-1,student,2025-09-01
e-2,active,c-1,o-1,t-1,teacher,
e-3,active,c-1,o-1,t-2,teacher,
"""
OPEN, CLOSED, _ = InvolvementStatus


async def teachers(folder: Path, **other: Any) -> dict[str | None, InvolvementStatus]:
    record = only(await asked(folder, zipped(files(**other))))
    taught = [one for one in record.involvements if one.role == "class teacher"]
    return {one.practitioner.name if one.practitioner else None: one.status for one in taught}


async def test_a_teacher_who_left_the_class_is_not_shown_as_todays(tmp_path: Path) -> None:
    left = ENROLLMENTS.replace("t-2,teacher,,", "t-2,teacher,2024-09-01,2026-07-20")
    found = await teachers(tmp_path, enrollments=left)
    assert found == {"Ruth Reed": OPEN, "Leo Low": CLOSED}


@pytest.mark.parametrize("row", ["e-1", "e-3"])
async def test_who_is_to_be_deleted_from_a_class_is_in_it_no_more(tmp_path: Path, row: str) -> None:
    gone = WITH_STATUS.replace(f"{row},active", f"{row},tobedeleted")
    found = await teachers(tmp_path, enrollments=gone)
    assert found == {"Ruth Reed": CLOSED if row == "e-1" else OPEN, "Leo Low": CLOSED}


async def test_a_pupil_to_be_deleted_has_no_teacher_of_today(tmp_path: Path) -> None:
    found = await teachers(tmp_path, users=USERS.replace("s-1,,", "s-1,tobedeleted,"))
    assert found == {"Ruth Reed": CLOSED, "Leo Low": CLOSED}


async def test_a_teacher_is_one_however_the_role_is_written(tmp_path: Path) -> None:
    found = await teachers(tmp_path, enrollments=ENROLLMENTS.replace("teacher", "Teacher"))
    assert found == {"Ruth Reed": OPEN, "Leo Low": OPEN}


async def test_a_teacher_whom_the_roster_does_not_name_is_not_lost(tmp_path: Path) -> None:
    found = await teachers(tmp_path, users=USERS.replace("t-1,,,Ruth,Reed,\n", ""))
    assert found == {None: OPEN, "Leo Low": OPEN}


@pytest.mark.parametrize(("end", "shown"), [("2026-07-20", "2026-07-20"), ("0001-01-01", None)])
async def test_a_school_that_a_pupil_left_is_told_with_its_end(
    tmp_path: Path, end: str, shown: str | None
) -> None:
    left = ENROLLMENTS.replace("s-1,student,2025-09-01,", f"s-1,student,2025-09-01,{end}")
    moved = left + "e-5,c-2,o-2,s-1,student,2026-09-01,\n"
    both = ORGS + "o-2,Mill Primary\n"
    record = only(await asked(tmp_path, zipped(files(enrollments=moved, orgs=both))))
    ended = None if shown is None else PartialDate.parse(shown)
    assert record.schools == (School("Tanners Primary", end=ended), School("Mill Primary"))


async def test_a_pupil_in_a_bundle_is_found_with_school_and_teachers(tmp_path: Path) -> None:
    record = only(await asked(tmp_path, zipped(files())))
    assert record.birth_date == PartialDate(2015, 3, 9)
    assert record.sex is Sex.FEMALE
    assert [name.given for name in record.names] == [("Ann",), ("Annie",)]
    assert record.schools == (School("Tanners Primary"),)
    assert [
        (one.role, one.practitioner and one.practitioner.name, one.team, one.status)
        for one in record.involvements
    ] == [
        ("pupil on the roll", None, None, "OPEN"),
        ("class teacher", "Ruth Reed", "3 Oak", "OPEN"),
        ("class teacher", "Leo Low", "3 Oak", "OPEN"),
    ]


async def test_a_class_without_a_teacher_is_told_without_one(tmp_path: Path) -> None:
    record = only(await asked(tmp_path, zipped(files()), BOB_UPN))
    assert [(one.team, one.practitioner) for one in record.involvements[1:]] == [("4 Elm", None)]


async def test_a_pupil_in_no_row_of_the_bundle_is_no_record(tmp_path: Path) -> None:
    assert isinstance(await asked(tmp_path, zipped(files()), NOBODY), NoRecord)


async def test_what_a_bundle_leaves_out_is_absent_and_no_fault(tmp_path: Path) -> None:
    modes = {"enrollments": "absent", "classes": "absent", "orgs": "absent"}
    bundle = zipped(files(modes, enrollments=None, classes=None, orgs=None))
    record = only(await asked(tmp_path, bundle))
    assert (len(record.involvements), record.schools) == (1, ())


async def test_more_users_of_one_number_than_the_page_are_too_many(tmp_path: Path) -> None:
    row = USERS.splitlines()[1]
    users = "\n".join(
        [USERS.splitlines()[0], *(row.replace("s-1", f"s-{n}") for n in range(9)), ""]
    )
    assert await asked(tmp_path, zipped(files(users=users))) == TooMany()


@pytest.mark.parametrize(
    ("bundle", "rule"),
    [
        (b"", "zip"),
        (b"PK\x03\x04 and no more", "zip"),
        (zipped(files())[:-40], "zip"),
        (b"<html><h1>Sign in</h1></html>", "zip"),
        (zipped({}), "bundle"),
        (zipped(files(users=None)), "bundle"),
        (zipped(files(demographics=None)), "bundle"),
        (zipped(files({"users": "absent"})), "bundle"),
        (zipped(files({"users": "delta"})), "bundle"),
        (zipped(files({"enrollments": "delta"})), "bundle"),
        (zipped({**files(), **{f"{n}.csv": "x" for n in range(99)}}), "bundle"),
        (zipped({f"roster/{name}": text for name, text in files().items()}), "bundle"),
        (zipped(files(users=HEADER + "\n")), "empty"),
        (zipped(files(users="")), "empty"),
        (zipped(files(users=USERS.replace("identifier", "upn"))), "header"),
        (zipped(files(users=USERS + "s-9,")), "csv"),
        (zipped(files(users=USERS + "\n" * 70_000)), "too_large"),
        (zipped(files(demographics=DEMOGRAPHICS + "\n" * 70_000)), "too_large"),
        (zipped(files(users=USERS.replace(ANN_UPN, "?").replace(BOB_UPN, "?"))), "key"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_whole_roster_is_never_no_record(
    tmp_path: Path, bundle: bytes, rule: str
) -> None:
    assert await asked(tmp_path, bundle, ANN_UPN) == Malformed(rule)


async def test_a_byte_that_changed_on_the_way_is_seen(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files().items():
            archive.writestr(name, content)
    changed = stored.getvalue().replace(b"Bob,Vale", b"Bob,Dale")
    assert await asked(tmp_path, changed, NOBODY) == Malformed("zip")


async def test_two_files_of_one_name_are_no_roster(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files().items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("users.csv", USERS)
    assert await asked(tmp_path, buffer.getvalue()) == Malformed("bundle")


def test_a_manifest_may_read_the_bundle_in_its_own_way(tmp_path: Path) -> None:
    own = """
[[operation]]
name = "own"
file = "own.zip"
by = ["record_id"]
[operation.map]
record_id = "sourcedId"
"""
    assert manifest_of(text(tmp_path) + own).operation[0].name == "own"


@pytest.mark.parametrize(
    ("users", "whole"),
    [
        (USERS, True),  # the teachers have no pupil number, and are no pupils
        (USERS + "s-3,,,Cal,Dale,\n", False),
        (USERS + "s-3,,T99940012600A,Cal,Dale,\n", False),
    ],
)
async def test_a_pupil_without_a_number_and_no_teacher_makes_absence_unproved(
    users: str, tmp_path: Path, *, whole: bool
) -> None:
    reply = await asked(tmp_path, zipped(files(users=users)), NOBODY)
    assert isinstance(reply, NoRecord)
    assert reply.whole is whole


@pytest.mark.parametrize("cut", ["users", "enrollments"])
async def test_a_file_that_was_cut_off_before_it_was_zipped_proves_no_absence(
    cut: str, tmp_path: Path
) -> None:
    whole = {"users": USERS, "enrollments": ENROLLMENTS}[cut]
    contents = {**files(), f"{cut}.csv": whole.rstrip("\n")}
    reply = await asked(tmp_path, zipped(contents), NOBODY)
    assert isinstance(reply, NoRecord)
    assert not reply.whole
