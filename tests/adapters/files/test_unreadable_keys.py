"""While one row's number cannot be read, nobody is absent by it, and the name is tried next."""

import asyncio
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Claim
from adapters.contract.contract import NoRecord, Records, Reply
from adapters.contract.identifiers import NHS_NUMBER, UPN, NhsNumber, Upn
from adapters.contract.plain_number import PLAINLY
from tests.support.adapters.asking import manifest_of, manifest_text, only, opened, question
from tests.support.adapters.school_roll import ANN_UPN, BOB_UPN, NOBODY
from tests.support.agencies import AUTHORITY, LOCAL, MIRA, AgencyServer, SourceFile, rest_source
from tests.support.loopback import serving
from tests.support.town import small_town

ALL = ("identifiers", "names", "birth_date")
ALEX, SAM = "9990000018", "9990000026"
# What somebody's number came to on its way through a spreadsheet; {n} is the number.
READ = (
    "{n}.0",
    "{n}.00",
    "'{n}",
    '="{n}"',
    " {n} ",
    "\u00a0{n}\u202f",
    "{n}\u200b",
    "\x1f{n}",
    "\ufeff{n}",
)
UNREAD = (
    "",
    "N/A",
    "-",
    "unknown",
    "NHS: {n}",
    "Mother: {n}",
    "{n} / 9990000026",
    "{n},9990000026",
    "{n} or 9990000034",
    "9.99E+09",
    "9,99E+09",
    "9.990000018E+09",
    "9990000010",
    "999000001",
    "99900000180",
    "#N/A",
    "{n}?",
    "0",
    "0000000000",
    "1111111111",
    "9999999999",
    "999 999 9999",
    "\ufffd990000018",
)
OPERATIONS = """
[[operation]]
name = "by-number"
file = "FILE"
by = ["nhs_number"]
RECORDS
[operation.map]
record_id = "Id"
nhs_number = { path = "NHS", as = "nhs_number" }
family_name = "Surname"
given_names = "Forename"
birth_date = { path = "Born", as = "date" }
[[operation]]
name = "by-name"
like = "by-number"
by = ["family_name", "birth_date", "given_name?"]
"""


def as_csv(cells: list[str]) -> str:
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    rows = [f"{n},{cell},Part,Alex,2015-05-09" for n, cell in enumerate(quoted)]
    return "\n".join(["Id,NHS,Surname,Forename,Born", *rows, ""])


def as_xml(cells: list[str]) -> str:
    rows = [
        f"<Child><Id>{n}</Id><NHS>{cell}</NHS><Surname>Part</Surname>"
        "<Forename>Alex</Forename><Born>2015-05-09</Born></Child>"
        for n, cell in enumerate(cells)
    ]
    return f"<All>{''.join(rows)}</All>"


def manifest(folder: Path, form: str) -> str:
    records = 'records = "All/Child"' if form == "xml" else ""
    rest = OPERATIONS.replace("FILE", f"roll.{form}").replace("RECORDS", records)
    return manifest_text("file", f"file://{folder}", rest=f"[file]\nformat = '{form}'\n{rest}")


async def asked(folder: Path, form: str, cells: list[str], number: str = ALEX) -> Reply:
    written = as_csv(cells) if form == "csv" else as_xml(cells)
    (folder / f"roll.{form}").write_text(written, "utf-8")
    async with opened(manifest(folder, form)) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=number))


def full_width(number: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in number)


def written(form: str, cell: str) -> bool:
    return form == "csv" or not set(cell) & {"\x1f", "\ufeff", "&", "<"}


CASES = [(form, cell) for form in ("csv", "xml") for cell in UNREAD if written(form, cell)]


@pytest.mark.parametrize(("form", "cell"), CASES)
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_nobody_is_absent_while_a_number_cannot_be_read(
    form: str, cell: str, place: int, tmp_path: Path
) -> None:
    cells = [SAM, "9990000034"]
    cells.insert(place, cell.format(n=ALEX))
    reply = await asked(tmp_path, form, cells)
    assert isinstance(reply, NoRecord)
    assert not reply.whole


@pytest.mark.parametrize("form", ["csv", "xml"])
@pytest.mark.parametrize(
    "cell", [*READ, full_width(ALEX), "999 000\u00a00018", "999\u2013000-0018"]
)
async def test_a_number_that_is_plain_behind_its_decoration_is_read(
    form: str, cell: str, tmp_path: Path
) -> None:
    cell = cell.format(n=ALEX)
    if not written(form, cell):
        return
    record = only(await asked(tmp_path, form, [SAM, cell]))
    assert record.identifier("nhs_number") == ALEX
    other = await asked(tmp_path, form, [SAM, cell], "9990000034")
    assert isinstance(other, NoRecord)
    assert other.whole


@pytest.mark.parametrize("form", ["csv", "xml"])
async def test_where_every_number_is_read_a_child_who_is_not_there_is_absent(
    form: str, tmp_path: Path
) -> None:
    reply = await asked(tmp_path, form, [SAM, "9990000034", "788448870"])
    assert isinstance(reply, NoRecord)
    assert reply.whole


@settings(deadline=None)
@given(
    number=st.sampled_from([ALEX, "0788448870"]),
    noise=st.text(string.digits + string.ascii_letters + " '\"=.,/-+#\u00a0\u2013", max_size=6),
    at=st.integers(0, 10),
)
def test_whatever_is_typed_around_a_number_its_child_is_found_or_nobody_is_absent(
    tmp_path_factory: pytest.TempPathFactory, number: str, noise: str, at: int
) -> None:
    cell = number[:at] + noise + number[at:]
    folder = tmp_path_factory.mktemp("roll")
    reply = asyncio.run(asked(folder, "csv", [SAM, cell], number))
    found = isinstance(reply, Records)
    assert found or (isinstance(reply, NoRecord) and not reply.whole)
    if found:
        assert only(reply).identifier("nhs_number") == number


async def test_a_second_key_that_cannot_be_read_proves_nothing_either(tmp_path: Path) -> None:
    rest = """
[file]
[[operation]]
name = "by-both"
file = "roll.csv"
by = ["nhs_number", "upn"]
map = { nhs_number = "NHS", upn = "UPN", family_name = "Surname", birth_date = "Born" }
"""
    (tmp_path / "roll.csv").write_text(f"NHS,UPN,Surname,Born\n{ALEX},A12,Part,2015-05-09\n")
    async with opened(manifest_text("file", f"file://{tmp_path}", rest=rest)) as adapter:
        asking = question("by-both", nhs_number=ALEX, upn=ANN_UPN)
        reply = await adapter.source.ask(asking)
    assert isinstance(reply, NoRecord)
    assert not reply.whole


async def test_rows_of_a_record_without_the_number_belong_to_it(tmp_path: Path) -> None:
    rest = (
        OPERATIONS.replace("FILE", "roll.csv")
        .replace("RECORDS", "")
        .replace(
            '[[operation]]\nname = "by-name"',
            "[[operation.involvement]]\neach = 'rows'\npractitioner = 'Teacher'\n"
            '[[operation]]\nname = "by-name"',
        )
    )
    rows = [
        "Id,NHS,Surname,Forename,Born,Teacher",
        "1,,Part,Alex,2015-05-09,Ms Early",
        f"1,{ALEX},Part,Alex,2015-05-09,Ms Reed",
        "1,,Part,Alex,2015-05-09,Mr Low",
        f"2,{SAM},Other,Sam,2014-01-02,Mr Else",
        "",
    ]
    (tmp_path / "roll.csv").write_text("\n".join(rows))
    async with opened(manifest_text("file", f"file://{tmp_path}", rest=rest)) as adapter:
        record = only(await adapter.source.ask(question("by-number", nhs_number=ALEX)))
    teachers = {i.practitioner.name for i in record.involvements if i.practitioner}
    assert teachers == {"Ms Early", "Ms Reed", "Mr Low"}


@pytest.mark.parametrize("cell", [cell.format(n=MIRA["nhs"]) for cell in UNREAD[:12:2]])
async def test_a_child_whose_number_cannot_be_read_is_found_by_name(
    cell: str, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    rows = [
        "Id,NHS,Surname,Forename,Born,Home",
        f'1,"{cell}",{MIRA["family"]},{MIRA["given"]},{MIRA["born"]},ZE1 0AA',
        f"2,{SAM},Other,Sam,2014-01-02,ZE1 0AB",
        "",
    ]
    (folder / "roll.csv").write_text("\n".join(rows))
    home = "[[operation.address]]\npostcode = 'Home'\n[[operation]]\nname = \"by-name\""
    rest = OPERATIONS.replace("FILE", "roll.csv").replace("RECORDS", "conclusive = true")
    rest = rest.replace('[[operation]]\nname = "by-name"', home)
    at = f"file://{folder}"
    where = f'base_url = "{at}"\npopulation = 900'
    claims = LOCAL | {Claim.POPULATION}
    exports = SourceFile("exports", "file", where, rest, (at,), claims=claims)
    async with serving(AgencyServer().answer) as spine:
        sources = [rest_source("spine", spine, claims=AUTHORITY, onward=ALL), exports]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask()
    assert answer.outcomes == {"spine": "HAS_RECORD", "exports": "HAS_RECORD"}, answer.text


PLAIN = st.text(string.digits, min_size=9, max_size=11) | st.from_regex(
    r"[A-Z][0-9]{12}", fullmatch=True
)


@given(PLAIN | st.sampled_from([ALEX, SAM, ANN_UPN, BOB_UPN, NOBODY, "0788448870", "٣٣٣٣٣٣٣٣٣٣"]))
def test_a_fast_look_at_a_number_says_what_reading_it_says(text: str) -> None:
    for scheme, kind in ((NHS_NUMBER, NhsNumber), (UPN, Upn)):
        try:
            readable = str(kind.parse(text)) == text
        except ValueError:
            readable = False
        assert PLAINLY[scheme](text) is readable


def test_the_manifest_of_these_files_is_one(tmp_path: Path) -> None:
    assert manifest_of(manifest(tmp_path, "csv")).operation[0].by == ("nhs_number",)


@pytest.mark.parametrize(("blanks", "whole"), [(5_000, True), (5_001, False)])
async def test_more_rows_without_a_number_than_are_kept_are_told(
    blanks: int, tmp_path: Path, *, whole: bool
) -> None:
    rest = OPERATIONS.replace("FILE", "roll.csv").replace("RECORDS", "")
    joined = "[[operation.involvement]]\neach = 'rows'\npractitioner = 'Forename'\n"
    for more, expected in ((joined, whole), ("", True)):
        by_name = '[[operation]]\nname = "by-name"'
        text = rest.replace(by_name, more + by_name)
        rows = [f"{n},,Other,Sam,2014-01-02" for n in range(blanks)]
        found = f"x,{ALEX},Part,Alex,2015-05-09"
        header = "Id,NHS,Surname,Forename,Born"
        (tmp_path / "roll.csv").write_text("\n".join([header, *rows, found, ""]))
        written = manifest_text("file", f"file://{tmp_path}", rest=f"[file]\n{text}")
        async with opened(written.replace("64KiB", "4MiB")) as adapter:
            reply = await adapter.source.ask(question("by-number", nhs_number=ALEX))
        assert isinstance(reply, Records)
        assert reply.whole is expected
