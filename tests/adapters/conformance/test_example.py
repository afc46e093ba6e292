"""A manifest's examples are read again without a network; what differs is named, never shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.conformance.example import ExampleFinding, replay_examples
from adapters.validation.loading import read_manifest
from tests.support.adapters.asking import NOW, PUPIL, manifest_text

EXAMPLE = """
[[example]]
operation = "by-upn"
given = { upn = "T999400126001" }
reply = "pupil.json"
expect = { family_name = "Hill", birth_date = "2015-03-09", involvements = 0 }
"""
ANN = {"id": 7, "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}
REPLY = {"pupils": [ANN], "total": 1}
MARKER = "zqmarker"


async def found(folder: Path, text: str, **files: Any) -> list[str]:
    (folder / "source.toml").write_text(text)
    for name, content in files.items():
        written = content if isinstance(content, str) else json.dumps(content)
        (folder / name.replace("_", ".")).write_text(written)
    manifest = read_manifest(folder / "source.toml")
    findings: list[ExampleFinding] = await replay_examples(manifest, folder, lambda: NOW)
    return [finding.what for finding in findings]


def rest(example: str = EXAMPLE) -> str:
    return manifest_text("rest", "https://roll.example", rest=PUPIL + example)


async def test_an_example_that_is_read_as_it_says_has_no_finding(tmp_path: Path) -> None:
    assert await found(tmp_path, rest(), pupil_json=REPLY) == []


@pytest.mark.parametrize(
    ("change", "reply", "what"),
    [
        (("Hill", "Dale"), REPLY, "expect.family_name: the reply gives another value"),
        (("family_name", "familly"), REPLY, "expect.familly: no such value; there are addresses"),
        (("= 0", "= 2"), REPLY, "expect.involvements: the reply gives another value"),
        (("by-upn", "by-uppn"), REPLY, "operation: there is none with the name by-uppn"),
        (("T999", "T801"), REPLY, "given.upn: a number that may be a real person's"),
        (("pupil.json", "none.json"), REPLY, "reply: the file none.json cannot be read"),
        (("pupil.json", "../pupil.json"), REPLY, "reply: a reply is a file beside the manifest"),
        (("expect", 'outcome = "no-record"\nexpect'), REPLY, "outcome: is record, the example"),
        (("expect", "status = 404\nexpect"), REPLY, "an unusable reply (rule status)"),
        (("", ""), {"pupils": [], "total": 0}, "outcome: is no-record, the example says record"),
        (("", ""), {"pupils": [ANN], "total": 9}, "there are more records than came"),
        (("", ""), {"pupils": MARKER}, "an unusable reply (rule records)"),
        (("", ""), f"{MARKER} ", "an unusable reply (rule json)"),
    ],
)
async def test_what_is_not_as_the_example_says_is_named_and_never_shown(
    tmp_path: Path, change: tuple[str, str], reply: Any, what: str
) -> None:
    (said,) = await found(tmp_path, rest(EXAMPLE.replace(*change, 1)), pupil_json=reply)
    assert what in said
    assert MARKER not in said


async def test_a_number_of_somebodys_in_a_reply_is_refused(tmp_path: Path) -> None:
    text = rest().replace('dob"\n', 'dob"\nnhs_number = "nhs"\n')
    reply = {"pupils": [{**ANN, "nhs": "4010232137"}], "total": 1}
    (said,) = await found(tmp_path, text, pupil_json=reply)
    assert said == "reply: has a number that may be a real person's; use those kept for tests"


async def test_a_detail_is_replayed_from_its_own_file(tmp_path: Path) -> None:
    staff = """
[operation.detail.staff]
path = "/pupils/{record_id}/staff"
items = "body.staff"
[[operation.involvement]]
each = "staff"
practitioner = "name"
"""
    example = EXAMPLE.replace("= 0", "= 2") + 'details = { staff = "staff.json" }\n'
    text = manifest_text("rest", "https://roll.example", rest=PUPIL + staff + example)
    files = {"pupil_json": REPLY, "staff_json": {"staff": [{"name": "A"}, {"name": "B"}]}}
    assert await found(tmp_path, text, **files) == []


async def test_rows_of_a_database_are_replayed_without_one(tmp_path: Path) -> None:
    sql = """
[[operation]]
name = "by-upn"
sql = "SELECT * FROM person WHERE upn = :upn"
map = { record_id = "record_id", family_name = "surname", birth_date = "dob" }
[[operation.involvement]]
each = "rows"
practitioner = "worker"
"""
    dsn = 'dsn = { file = "dsn" }'
    example = EXAMPLE.replace("= 0", "= 2")
    text = manifest_text("sql", rest=sql + example, source=dsn)
    rows = [{**ANN, "record_id": 7, "worker": name} for name in ("A", "B")]
    assert await found(tmp_path, text, pupil_json=rows) == []
    assert await found(tmp_path, text, pupil_json="{}") == [
        "reply: rows are a JSON list of objects"
    ]


async def test_a_file_is_replayed_from_a_sample_of_it(tmp_path: Path) -> None:
    table = """
[file]
format = "csv"
newest = "name"
[[operation]]
name = "by-upn"
file = "roll-*.csv"
by = ["upn"]
map = { upn = "UPN", family_name = "Surname", birth_date = "Born" }
"""
    example = EXAMPLE.replace("pupil.json", "roll.csv")
    text = manifest_text("file", "file:///srv/exports", rest=table + example)
    rows = "UPN,Surname,Born\nT999400126001,Hill,2015-03-09\n"
    assert await found(tmp_path, text, roll_csv=rows) == []


@pytest.mark.parametrize(
    ("written", "forms"),
    [
        ("03/04/2015", '"%d/%m/%Y" or "%m/%d/%Y", whichever your system uses'),
        ("25/12/2015", '"%d/%m/%Y"'),
        ("12/25/2015", '"%m/%d/%Y"'),
        ("03/04/15", '"%d/%m/%y" or "%m/%d/%y", whichever your system uses'),
        ("20150309", '"%Y%m%d"'),
        ("09-Mar-2015", '"%d-%b-%Y"'),
        ("9 March 2015", '"%d %B %Y"'),
        ("42072", '"excel" or "excel-1904", whichever your system uses'),
        ("1425859200", '"unix"'),
        (1425859200, '"unix"'),
        ("1425859200000", '"unix-ms"'),
        ("/Date(1425859200000)/", '"dotnet"'),
    ],
)
async def test_a_date_in_a_form_that_is_not_named_is_refused_with_those_it_could_be(
    written: Any, forms: str, tmp_path: Path
) -> None:
    reply = {"pupils": [{**ANN, "dob": written}], "total": 1}
    whats = await found(tmp_path, rest(), pupil_json=reply)
    hints = [what for what in whats if "is a date" in what]
    assert hints == [f'reply: birth_date is a date: write as = "date", format = {forms}']
    assert len(whats) > 1


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ("UPN,Surname,Born\nT999400126001,Hill,2015-03-09", "record"),
        ("UPN,Surname,Born\nN/A,Hill,2015-03-09\nG999400126002,Vale,2014-01-01\n", "no-record"),
    ],
)
async def test_a_sample_of_a_file_that_could_not_be_read_whole_is_told(
    rows: str, outcome: str, tmp_path: Path
) -> None:
    table = """
[file]
[[operation]]
name = "by-upn"
file = "roll.csv"
by = ["upn"]
conclusive = true
map = { upn = "UPN", family_name = "Surname", birth_date = "Born" }
"""
    example = f"""
[[example]]
operation = "by-upn"
given = {{ upn = "T999400126001" }}
reply = "roll.csv"
outcome = "{outcome}"
"""
    text = manifest_text("file", "file:///srv/exports", rest=table + example)
    (what,) = await found(tmp_path, text, roll_csv=rows)
    assert "not all of it can be read" in what
