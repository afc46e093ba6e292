"""An export in a folder is read through once; what it cannot prove it does not say."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.dates import PartialDate
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.adapters.problems import problems
from tests.support.adapters.school_roll import (
    ANN_UPN,
    BOB,
    BOB_UPN,
    HEADER,
    NOBODY,
    ROLL,
    ROWS,
)


def text(folder: Path, rest: str = ROWS, table: str = "") -> str:
    order = "" if "dated" in table else "newest = 'name'\n"
    return manifest_text(
        "file", f"file://{folder}", rest=f"[file]\nformat = 'csv'\n{order}{table}{rest}"
    )


async def asked(
    folder: Path, written: str | bytes, operation: str = "by-upn", **given: str
) -> Reply:
    content = written.encode() if isinstance(written, str) else written
    (folder / "roll-1.csv").write_bytes(content)
    async with opened(text(folder)) as adapter:
        asking = replace(question(operation), given=given or {"upn": ANN_UPN})
        return await adapter.source.ask(asking)


async def test_a_pupil_in_an_export_is_found_with_every_teacher(tmp_path: Path) -> None:
    record = only(await asked(tmp_path, ROLL))
    assert record.record_id == "1"
    assert record.birth_date == PartialDate(2015, 3, 9)
    teachers = [i.practitioner.name for i in record.involvements if i.practitioner]
    assert teachers == ["Ms Reed", "Mr Low"]


@pytest.mark.parametrize("given", [{}, {"given_name": "ann"}])
async def test_a_pupil_is_found_by_name_in_any_case(tmp_path: Path, given: dict[str, str]) -> None:
    reply = await asked(
        tmp_path, ROLL, "by-name", family_name="HILL", birth_date="2015-03-09", **given
    )
    assert only(reply).record_id == "1"


async def test_a_pupil_not_in_the_export_is_no_record_as_of_its_day(tmp_path: Path) -> None:
    file = tmp_path / "roll-1.csv"
    file.write_text(ROLL)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    async with opened(text(tmp_path)) as adapter:
        reply = await adapter.source.ask(question(upn=NOBODY))
    assert reply == NoRecord(datetime.fromtimestamp(1_700_000_000, UTC))


async def test_a_pupil_whose_number_stands_in_another_column_is_not_absent(tmp_path: Path) -> None:
    rows = f"{HEADER.strip()},Former UPN\n{BOB.strip()},{NOBODY}\n".replace(BOB[2:15], BOB_UPN)
    reply = await asked(tmp_path, rows, upn=NOBODY)
    assert isinstance(reply, NoRecord)
    assert not reply.whole


@pytest.mark.parametrize("named", [",,,,", ',"""","""","""",""""', ",ditto,Ditto,,as above"])
async def test_a_teacher_in_a_row_that_names_nobody_is_told_to_be_missing(
    tmp_path: Path, named: str
) -> None:
    ann, bob = ROLL.splitlines(keepends=True)[1::2]
    below = HEADER + ann + f"{named},Mr Low\n" + bob
    for given in ({"upn": ANN_UPN}, {"family_name": "Hill", "birth_date": "2015-03-09"}):
        operation = "by-upn" if "upn" in given else "by-name"
        reply = await asked(tmp_path, below, operation, **given)
        assert isinstance(reply, Records)
        assert not reply.whole
    other = await asked(tmp_path, below, upn=BOB_UPN)
    assert isinstance(other, Records)
    assert other.whole


async def test_a_row_of_empty_cells_below_a_pupil_loses_nothing(tmp_path: Path) -> None:
    reply = await asked(tmp_path, ROLL.replace("Ms Reed\n", "Ms Reed\n,,,,,\n"))
    assert isinstance(reply, Records)
    assert reply.whole


async def test_a_mark_in_a_row_that_names_nobody_is_no_answer(tmp_path: Path) -> None:
    ann, bob = ROLL.splitlines(keepends=True)[1::2]
    (tmp_path / "roll-1.csv").write_text(HEADER + ann.replace("Ms Reed", "N") + ",,,,,Y\n" + bob)
    mapped = ROWS.replace(
        "[[operation.involvement]]", 'restricted = "Teacher"\n[[operation.involvement]]'
    )
    async with opened(text(tmp_path, mapped)) as adapter:
        reply = await adapter.source.ask(question("by-upn", upn=ANN_UPN))
    assert reply == Malformed("record", "operation.by-upn.map.restricted")


@pytest.mark.parametrize("number", ["N/A", "0", "-1", "#N/A", "1.23E+11", "unknown"])
async def test_two_twins_under_a_number_that_is_none_stay_two(tmp_path: Path, number: str) -> None:
    rows = f"{number},,Hill,Ann,09/03/2015,Ms Reed\n{number},,Hill,Amy,09/03/2015,Mr Low\n"
    known = {"family_name": "Hill", "birth_date": "2015-03-09"}
    reply = await asked(tmp_path, HEADER + rows, "by-name", **known)
    assert isinstance(reply, Records)
    taught = [(one.record_id, one.names[0].given, len(one.involvements)) for one in reply.records]
    assert taught[:2] == [(None, ("Ann",), 1), (None, ("Amy",), 1)]


async def test_the_newest_export_counts_and_its_name_says_of_which_day(tmp_path: Path) -> None:
    (tmp_path / "roll-20261101.csv").write_text(ROLL)
    (tmp_path / "roll-20261120.csv").write_text(HEADER + BOB.replace("W999400126002", BOB_UPN))
    (tmp_path / "roll-notes.csv").write_text("not a roll")
    table = "dated = 'roll-%Y%m%d.csv'\n"
    async with opened(text(tmp_path, table=table)) as adapter:
        reply = await adapter.source.ask(question(upn=ANN_UPN))
    assert reply == NoRecord(datetime(2026, 11, 20, tzinfo=UTC))


async def test_the_export_itself_may_say_of_which_day_it_is(tmp_path: Path) -> None:
    rest = ROWS.replace("by = [", 'as_of = "rows[0].Teacher"\nby = [', 1)
    (tmp_path / "roll-1.csv").write_text(ROLL.replace("Ms Reed", "2026-11-01"))
    async with opened(text(tmp_path, rest)) as adapter:
        reply = await adapter.source.ask(question(upn=ANN_UPN))
    assert isinstance(reply, Records)
    assert reply.as_of == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("", "empty"),
        (HEADER, "empty"),
        ("\n\n", "empty"),
        (HEADER.replace("UPN", "Upn"), "header"),
        (HEADER.replace("Surname", "UPN"), "header"),
        (ROLL + "3,X", "csv"),
        (ROLL + '3,"unfinished', "csv"),
        (ROLL.encode() + b"3,\xff\xfe,a,b,c,d\n", "encoding"),
        (HEADER + "1,?,Hill,Ann,09/03/2015,x\n2,none,Vale,Bob,09/03/2015,x\n", "key"),
        (ROLL + "\n" * 70_000, "too_large"),
        (HEADER + "<html><h1>Sign in</h1></html>\n", "csv"),
    ],
)
async def test_a_file_that_is_no_such_export_is_never_no_record(
    tmp_path: Path, written: str | bytes, rule: str
) -> None:
    assert await asked(tmp_path, written, upn=NOBODY) == Malformed(rule)


async def test_an_export_in_a_windows_code_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "roll-1.csv").write_bytes(ROLL.replace("Hill", "Hüll").encode("cp1252"))
    async with opened(text(tmp_path, table="encoding = 'cp1252'\n")) as adapter:
        record = only(await adapter.source.ask(question(upn=ANN_UPN)))
    assert record.names[0].family == "Hüll"


async def test_more_pupils_than_the_page_are_too_many(tmp_path: Path) -> None:
    rows = [f"{n},,Hill,Ann,09/03/2015,x\n" for n in range(5)]
    reply = await asked(
        tmp_path, HEADER + "".join(rows), "by-name", family_name="Hill", birth_date="2015-03-09"
    )
    assert reply == TooMany()


async def test_a_key_that_is_not_known_is_more_needed(tmp_path: Path) -> None:
    reply = await asked(tmp_path, ROLL, "by-name", family_name="Hill")
    assert reply == MoreNeeded(("birth_date",))


async def test_a_folder_without_an_export_is_unavailable(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        async with opened(text(folder)) as adapter:
            assert await adapter.source.ask(question(upn=ANN_UPN)) == Unavailable(Fault.CONNECTION)


async def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(ROLL)
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "roll-1.csv").symlink_to(tmp_path / "secret.csv")
    async with opened(text(folder)) as adapter:
        assert await adapter.source.ask(question(upn=ANN_UPN)) == Refused()


async def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "roll-1.csv")
    async with opened(text(tmp_path)) as adapter:
        assert await adapter.source.ask(question(upn=ANN_UPN)) == Refused()


CHILDREN = """
[namespaces]
c = "urn:example:cin"
[[operation]]
name = "by-upn"
file = "cin.xml"
by = ["upn"]
records = "c:Message/c:Children/c:Child"
as_of = "c:Header/c:Date"
[operation.map]
record_id = "c:Ids/c:Id"
upn = { path = "c:Ids/c:UPN", as = "upn" }
family_name = "c:Ids/c:Surname"
birth_date = "c:Ids/c:Born"
[[operation.support_status]]
each = "c:Plan"
code = { path = "@code", codes = "plan" }
start = "c:Start"
[codes.plan]
CP = "CHILD_PROTECTION_PLAN"
"*" = "OTHER"
"""
CHILD = (
    "<Child><Ids><Id>{id}</Id><UPN>{upn}</UPN><Surname>Hill</Surname><Born>2015-03-09</Born></Ids>"
    "<Plan code='CP'><Start>2024-01-01</Start></Plan></Child>"
)
MESSAGE = (
    "<Message xmlns='urn:example:cin'><Header><Date>2026-11-01</Date></Header>"
    "<Children>{}</Children></Message>"
)


async def census(folder: Path, written: str, asked_for: str = ANN_UPN) -> Reply:
    (folder / "cin.xml").write_text(written)
    head = f"[file]\nformat = 'xml'\n{CHILDREN}"
    async with opened(manifest_text("file", f"file://{folder}", rest=head)) as adapter:
        return await adapter.source.ask(question(upn=asked_for))


async def test_a_child_in_a_census_file_is_found_with_its_plan(tmp_path: Path) -> None:
    children = CHILD.format(id=1, upn=BOB_UPN) + CHILD.format(id=2, upn=ANN_UPN)
    reply = await census(tmp_path, MESSAGE.format(children * 1))
    record = only(reply)
    assert isinstance(reply, Records)
    assert (record.record_id, reply.as_of) == ("2", datetime(2026, 11, 1, tzinfo=UTC))
    assert [status.code for status in record.support_statuses] == ["CHILD_PROTECTION_PLAN"]


async def test_a_child_not_in_a_census_file_is_no_record(tmp_path: Path) -> None:
    children = CHILD.format(id=1, upn=BOB_UPN)
    written = MESSAGE.format(children)
    assert await census(tmp_path, written) == NoRecord(datetime(2026, 11, 1, tzinfo=UTC))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("", "xml"),
        (MESSAGE.format("")[:-5], "xml"),
        (BOMB + MESSAGE.format(""), "doctype"),
        ("<Message xmlns='urn:other'><Children/></Message>", "records"),
        ("<Message xmlns='urn:example:cin'/>", "records"),
        (MESSAGE.format("<Child><Ids/></Child>"), "key"),
        (MESSAGE.format("<!-- " + "x" * 70_000 + " -->"), "too_large"),
    ],
)
async def test_xml_that_is_no_such_census_is_never_no_record(
    tmp_path: Path, written: str, rule: str
) -> None:
    assert await census(tmp_path, written) == Malformed(rule)


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ('by = ["upn"]\n', "", "an operation without a key would read every child"),
        ('by = ["upn"]', 'by = ["postcode"]', "postcode cannot be searched by"),
        ('by = ["upn"]', 'by = ["nhs_number"]', "so map needs nhs_number"),
        ('"roll-*.csv"', '"../roll.csv"', "the name of a file in the folder"),
        ('file = "roll-*.csv"', 'path = "/roll"', "kind file has no path"),
        ('like = "by-upn"', 'like = "by-uppn"', "no operation before this one has this name"),
    ],
)
def test_a_mistake_in_a_manifest_of_files_is_named(good: str, bad: str, what: str) -> None:
    assert good in ROWS
    found = problems(text(Path("/exports"), ROWS.replace(good, bad)))
    assert any(what in said for _, said in found), found


@pytest.mark.parametrize("written", ["999 000 0018", "999-000-0018", "9990000018"])
async def test_a_number_is_found_however_it_is_written(tmp_path: Path, written: str) -> None:
    rest = """
[[operation]]
name = "by-number"
file = "roll-1.csv"
by = ["nhs_number"]
map = { nhs_number = "NHS", family_name = "Surname", birth_date = "Born" }
"""
    rows = f"NHS,Surname,Born\n9990000026,Vale,2014-01-02\n{written},Hill,2015-03-09\n"
    (tmp_path / "roll-1.csv").write_text(rows)
    async with opened(text(tmp_path, rest)) as adapter:
        record = only(await adapter.source.ask(question("by-number", nhs_number="9990000018")))
    assert record.names[0].family == "Hill"


async def test_a_number_that_lost_its_leading_zero_is_found(tmp_path: Path) -> None:
    rest = """
[[operation]]
name = "by-number"
file = "roll-1.csv"
by = ["nhs_number"]
map = { nhs_number = "NHS", family_name = "Surname", birth_date = "Born" }
"""
    rows = "NHS,Surname,Born\n9990000026,Vale,2014-01-02\n788448870,Hill,2015-03-09\n"
    (tmp_path / "roll-1.csv").write_text(rows)
    async with opened(text(tmp_path, rest)) as adapter:
        asked_for = question("by-number", nhs_number="0788448870")
        assert only(await adapter.source.ask(asked_for)).names[0].family == "Hill"
