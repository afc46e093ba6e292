"""A file is read in the encoding declared; what contradicts that, or is cut, is no absence."""

import codecs
import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.contract import Malformed, NoRecord, Records, Reply, Unavailable
from adapters.files.source import FileSource
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.adapters.problems import problems
from tests.support.samples import examples

ALEX, SAM, NOBODY = "9990000018", "9990000026", "9990000034"
FAMILY = "D\u2019Andr\u00e9-Muller"
OPERATION = """
[[operation]]
name = "by-number"
file = "PATTERN"
by = ["nhs_number"]
RECORDS
[operation.map]
nhs_number = { path = "NHS", as = "nhs_number" }
family_name = "Surname"
birth_date = "Born"
"""
ENCODINGS = {
    "utf-8": "utf-8",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}


def manifest(folder: Path, form: str = "csv", table: str = "", pattern: str = "") -> str:
    records = 'records = "All/Child"' if form == "xml" else ""
    rest = OPERATION.replace("PATTERN", pattern or f"roll.{form}").replace("RECORDS", records)
    head = f"[file]\nformat = '{form}'\n{table}\n"
    return manifest_text("file", f"file://{folder}", rest=head + rest)


async def asked(
    folder: Path, content: bytes, form: str = "csv", table: str = "", number: str = ALEX
) -> Reply:
    (folder / f"roll.{form}").write_bytes(content)
    async with opened(manifest(folder, form, table)) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=number))


def csv(family: str = FAMILY, end: str = "\n") -> str:
    rows = ["NHS,Surname,Born", f"{SAM},Other,2014-01-02", f"{ALEX},{family},2015-03-09"]
    return end.join([*rows, ""])


def xml(family: str = FAMILY, declared: str = "") -> str:
    said = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    rows = "".join(
        f"<Child><NHS>{n}</NHS><Surname>{name}</Surname><Born>2015-03-09</Born></Child>"
        for n, name in ((SAM, "Other"), (ALEX, family))
    )
    return f"{said}<All>{rows}</All>"


def family_in(encoding: str) -> str:
    return FAMILY.replace("\u2019", "") if encoding == "iso-8859-1" else FAMILY


@pytest.mark.parametrize("declared", ENCODINGS)
@pytest.mark.parametrize("mark", ["", "with a mark"])
async def test_a_csv_file_is_read_in_the_encoding_that_is_declared(
    declared: str, mark: str, tmp_path: Path
) -> None:
    codec, family = ENCODINGS[declared], family_in(ENCODINGS[declared])
    content = csv(family).encode(codec)
    if mark and declared.startswith("utf"):
        codec = "utf-8-sig" if declared == "utf-8" else codec
        starts = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
        content = starts.get(declared, b"") + csv(family).encode(codec)
    record = only(await asked(tmp_path, content, table=f"encoding = '{declared}'"))
    assert record.names[0].family == family
    assert record.defects == ()


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
async def test_utf_16_without_a_mark_is_told_by_its_first_character(
    codec: str, tmp_path: Path
) -> None:
    content = csv().encode(codec)
    assert only(await asked(tmp_path, content, table="encoding = 'utf-16'")).names[0].family


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("ISO-8859-1", "iso-8859-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
    ],
)
async def test_an_xml_file_is_read_in_the_encoding_that_it_declares(
    declared: str, codec: str, tmp_path: Path
) -> None:
    family = family_in(codec)
    record = only(await asked(tmp_path, xml(family, declared).encode(codec), "xml"))
    assert record.names[0].family == family


async def test_xml_that_declares_nothing_is_read_as_the_manifest_says(tmp_path: Path) -> None:
    content = xml().encode("cp1252")
    record = only(await asked(tmp_path, content, "xml", "encoding = 'cp1252'"))
    assert record.names[0].family == FAMILY


WRONG = [
    (declared, codec)
    for declared in ("utf-8", "cp1252", "iso-8859-1", "utf-16", "utf-16-be")
    for codec in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le")
    if ENCODINGS[declared] != codec
    and (declared, codec) not in {("utf-8", "utf-8-sig"), ("iso-8859-1", "cp1252")}
    and not (declared == "utf-16" and codec == "utf-16-le")
]


FAMILIES = [FAMILY, "M\u00fcller", "\u0141ukasz", "\u0418\u0432\u0430\u043d"]


@pytest.mark.parametrize(("declared", "codec"), WRONG)
@pytest.mark.parametrize(
    "family", [FAMILY, "M\u00fcller", "\u0141ukasz", "\u0418\u0432\u0430\u043d"]
)
async def test_a_csv_file_in_another_encoding_than_declared_is_noticed(
    declared: str, codec: str, family: str, tmp_path: Path
) -> None:
    content = csv(family).encode(codec, errors="replace")
    if b"?" in content:
        return
    for number in (ALEX, NOBODY):
        table = f"encoding = '{declared}'"
        reply = await asked(tmp_path, content, table=table, number=number)
        assert isinstance(reply, Malformed), (declared, codec)
        assert reply.rule in {"encoding", "header", "csv", "empty"}


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252"])
async def test_an_xml_file_in_utf_8_that_declares_another_is_noticed(
    declared: str, tmp_path: Path
) -> None:
    for number in (ALEX, NOBODY):
        content = xml("M\u00fcller", declared).encode()
        assert await asked(tmp_path, content, "xml", number=number) == Malformed("encoding")


@pytest.mark.parametrize("family", ["M\u00c3\u00bcller", "O\u00e2\u20ac\u2122Brien", "M\ufffdller"])
@pytest.mark.parametrize("form", ["csv", "xml"])
async def test_a_name_garbled_before_it_came_is_left_out_and_told(
    family: str, form: str, tmp_path: Path
) -> None:
    content = (csv(family) if form == "csv" else xml(family)).encode()
    record = only(await asked(tmp_path, content, form))
    assert record.names == ()
    assert record.defects == ("family_name",)


def pieces(content: bytes) -> st.SearchStrategy[bytes]:
    return st.integers(1, len(content) - 1).map(lambda length: content[:length])


async def missed(folder: Path, content: bytes, form: str, table: str = "") -> bool:
    """Whether a child of the whole file is said to be absent for certain, or told whole."""
    reply = await asked(folder, content, form, table)
    return isinstance(reply, NoRecord) and reply.whole


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
async def test_a_csv_file_cut_off_inside_a_line_proves_nothing(
    end: str, encoding: str, tmp_path: Path
) -> None:
    whole = csv("Andr\u00e9", end)
    rows = [place for place, one in enumerate(whole) if one in "\r\n"]
    for length in range(len(whole)):
        content = whole[:length].encode(encoding)
        if length - 1 in rows:
            continue  # cut at the end of a line: nothing tells, as the docs say
        assert not await missed(tmp_path, content, "csv", f"encoding = '{encoding}'"), length


async def test_an_xml_file_cut_off_anywhere_is_no_file(tmp_path: Path) -> None:
    content = xml().encode()
    for length in range(len(content)):
        assert await asked(tmp_path, content[:length], "xml") == Malformed("xml")


async def test_a_zip_cut_off_anywhere_is_no_file(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.csv", "propertyName,value\nfile.users,bulk\n")
        archive.writestr("users.csv", "sourcedId,givenName,familyName,identifier\n1,A,B,C\n")
    content = buffer.getvalue()
    text = manifest_text(
        "file",
        f"file://{tmp_path}",
        rest="[file]\nformat = 'oneroster'\nnewest = 'written'\n",
    )
    for length in range(0, len(content), 7):
        (tmp_path / "roster.zip").write_bytes(content[:length])
        async with opened(text) as adapter:
            reply = await adapter.source.ask(question(upn="A999400126001"))
        assert isinstance(reply, Malformed), length


async def test_a_record_in_a_line_without_an_end_is_told_not_to_be_all(tmp_path: Path) -> None:
    content = csv().rstrip("\n").encode()
    reply = await asked(tmp_path, content)
    assert isinstance(reply, Records)
    assert not reply.whole
    table = "final_line_end = false"
    reply = await asked(tmp_path, content, table=table)
    assert isinstance(reply, Records)
    assert reply.whole
    reply = await asked(tmp_path, content, table=table, number=NOBODY)
    assert isinstance(reply, NoRecord)
    assert reply.whole


@settings(deadline=None, max_examples=examples(10))
@given(growth=st.sampled_from([b"", b"x", b"9990000034,New,2016-01-01\n"]))
async def test_a_file_that_is_written_while_it_is_read_is_no_answer(
    growth: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("roll")
    path = folder / "roll.csv"
    path.write_bytes(csv().encode())
    os.utime(path, (1_700_000_000, 1_700_000_000))
    async with opened(manifest(folder)) as adapter:
        source = adapter.source
        assert isinstance(source, FileSource)
        operation = source.operations["by-number"]
        scan = operation.scan

        def written_meanwhile(most: int, stop: object) -> object:
            with path.open("ab") as file:
                file.write(growth)
            return scan(most, stop)  # type: ignore[arg-type]

        object.__setattr__(operation, "scan", written_meanwhile)
        reply = await source.ask(question("by-number", nhs_number=NOBODY))
    if growth:
        assert isinstance(reply, Unavailable)
        assert reply.cause == "file_changing"
    else:
        assert isinstance(reply, NoRecord)


async def newest(folder: Path, table: str, *names: str) -> Reply:
    """Each file has one child, with the place of its name as the last digits of a date of birth."""
    for place, name in enumerate(names):
        path = folder / name
        path.write_text(f"NHS,Surname,Born\n{ALEX},N{place},2015-03-09\n")
        os.utime(path, (1_700_000_000 + place, 1_700_000_000 + place))
    async with opened(manifest(folder, table=table, pattern="roll*.csv")) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=ALEX))


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("dated = 'roll-%Y%m%d.csv'", ["roll-20261101.csv", "roll-20261120.csv"]),
        ("dated = 'roll-%d%m%Y.csv'", ["roll-30112025.csv", "roll-01012026.csv"]),
        ("dated = 'roll-%d-%b-%Y.csv'", ["roll-30-Nov-2025.csv", "roll-1-Jan-2026.csv"]),
        ("dated = 'roll_%d%m%y.csv'", ["roll_301125.csv", "roll_010126.csv"]),
        (
            "dated = 'roll-%Y%m%dT%H%M%S.csv'",
            ["roll-20261120T060000.csv", "roll-20261120T180000.csv"],
        ),
        (
            "dated = 'roll-%Y%m%d %I%M%p.csv'",
            ["roll-20261120 1159AM.csv", "roll-20261120 1201PM.csv"],
        ),
        (
            "dated = ['roll-%Y%m%d.csv', 'roll_%d%m%Y.csv']",
            ["roll-20261101.csv", "roll_20112026.csv"],
        ),
        ("dated = 'roll-%Y%m%d-*.csv'", ["roll-20261101-77.csv", "roll-20261120-12.csv"]),
        ("newest = 'name'", ["roll-9.csv", "roll-10.csv"]),
        ("newest = 'written'", ["roll-z.csv", "roll-a.csv"]),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
async def test_the_newest_export_is_the_one_that_the_manifest_tells_it_by(
    table: str, names: list[str], tmp_path: Path, *, turned: bool
) -> None:
    if turned and "written" not in table:
        record = only(await newest(tmp_path, table, *reversed(names)))
        assert record.names[0].family == "N0"
    else:
        record = only(await newest(tmp_path, table, *names))
        assert record.names[0].family == "N1"


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("dated = 'roll-%Y%m%d-*.csv'", ["roll-20261120-north.csv", "roll-20261120-south.csv"]),
        (
            "dated = ['roll-%Y%m%d.csv', 'roll_%d%m%Y.csv']",
            ["roll-20261120.csv", "roll_20112026.csv"],
        ),
        ("newest = 'name'", ["roll-07.csv", "roll-7.csv"]),
    ],
)
async def test_two_exports_of_one_moment_are_told_and_neither_is_chosen(
    table: str, names: list[str], tmp_path: Path
) -> None:
    assert await newest(tmp_path, table, *names) == Malformed("same_moment")


async def test_two_exports_written_at_once_are_told(tmp_path: Path) -> None:
    await newest(tmp_path, "newest = 'written'", "roll-a.csv", "roll-b.csv")
    os.utime(tmp_path / "roll-a.csv", (1_700_000_001, 1_700_000_001))
    async with opened(manifest(tmp_path, table="newest = 'written'", pattern="r*.csv")) as adapter:
        reply = await adapter.source.ask(question("by-number", nhs_number=ALEX))
    assert reply == Malformed("same_moment")


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("", "of several files, which is the newest?"),
        ("dated = 'roll.csv'", "it needs one year"),
        ("dated = 'roll-%d.csv'", "it needs one year"),
        ("dated = 'roll-%Q.csv'", "%Q is not known"),
        ("dated = 'roll-%Y%m%d.csv'\nnewest = 'written'", "dated says it already"),
    ],
)
def test_a_pattern_that_does_not_say_which_file_is_meant_is_refused(table: str, what: str) -> None:
    found = problems(manifest(Path("/exports"), table=table, pattern="roll*.csv"))
    assert any(what in said for _, said in found), found
