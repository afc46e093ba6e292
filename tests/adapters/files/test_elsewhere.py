"""A child who stands beside the records of a file, or was swallowed by one, is not absent."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.samples import examples

ALEX, SAM, KIM = "9990000018", "9990000026", "9990000034"
OPERATION = """
[namespaces]
p = "urn:pupils"
[[operation]]
name = "by-number"
file = "roll.FORM"
by = ["nhs_number"]
RECORDS
[operation.map]
nhs_number = { path = "NHS", as = "nhs_number" }
family_name = "Surname"
birth_date = "Born"
"""


async def asked(folder: Path, form: str, written: str, records: str = "All/Child") -> Reply:
    (folder / f"roll.{form}").write_text(written, "utf-8")
    at = f'records = "{records}"' if form == "xml" else ""
    rest = OPERATION.replace("FORM", form).replace("RECORDS", at)
    if form == "csv":
        rest = rest.partition("[[")[1] + rest.partition("[[")[2]
    text = manifest_text("file", f"file://{folder}", rest=f"[file]\nformat = '{form}'\n{rest}")
    async with opened(text) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=ALEX))


def child(number: str, tag: str = "Child", name: str = "NHS") -> str:
    told = f"<{name}>{number}</{name}><Surname>Part</Surname><Born>2015-03-09</Born>"
    return f"<{tag}>{told}</{tag.partition(' ')[0]}>"


BESIDE = [
    child(ALEX, "child"),
    child(ALEX, "Pupil"),
    child(ALEX, "Pupil", "NhsNumber"),
    child(ALEX, "Child xmlns='urn:pupils'"),
    child("N/A", "Leaver"),
    child("999 000 0018", "Child", "Number").replace("Child>", "Former>"),
    f"<Archived>{child(ALEX)}</Archived>",
    f"<Archived>{child(KIM)}</Archived>",
    f"<Moved nhs='{KIM}'/>",
    "<Moved to='999-000-0018'/>",
    "<Error>export aborted</Error>",
    "<Status>Failed</Status>",
    "<Complete>false</Complete>",
    "<HasMore>true</HasMore>",
    "<Total>3</Total>",
    "<Header count='3'/>",
]
HARMLESS = [
    "",
    "<Header><Made>2026-11-20</Made><Version>3</Version><Status>OK</Status></Header>",
    "<Total>2</Total>",
    "<HasMore>false</HasMore>",
    "<Header count='2' nhs='England'/>",
    "<School><Name>Hill Primary</Name><Head>Ruth Reed</Head></School>",
]


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("first", [True, False])
async def test_nobody_is_absent_beside_what_may_be_a_child(
    beside: str, tmp_path: Path, *, first: bool
) -> None:
    records = child(SAM) + child(KIM)
    written = f"<All>{beside + records if first else records + beside}</All>"
    reply = await asked(tmp_path, "xml", written)
    assert isinstance(reply, NoRecord)
    assert not reply.whole


@pytest.mark.parametrize("beside", HARMLESS)
async def test_what_says_nothing_of_children_leaves_an_absence_as_it_is(
    beside: str, tmp_path: Path
) -> None:
    reply = await asked(tmp_path, "xml", f"<All>{beside}{child(SAM)}{child(KIM)}</All>")
    assert isinstance(reply, NoRecord)
    assert reply.whole


@pytest.mark.parametrize(
    ("beside", "whole"),
    [
        ("", True),
        (f"<Archived>{child(KIM)}</Archived>", True),
        (f"<Archived>{child(ALEX)}</Archived>", False),
        ("<Error>export aborted</Error>", False),
    ],
)
async def test_a_child_who_is_there_is_told_with_what_may_be_missing(
    beside: str, tmp_path: Path, *, whole: bool
) -> None:
    reply = await asked(tmp_path, "xml", f"<All>{child(ALEX)}{beside}</All>")
    assert isinstance(reply, Records)
    assert reply.whole is whole


ROWS = [
    "NHS,Surname,Born,Note",
    f"{SAM},Other,2014-01-02,a",
    f"{ALEX},Part,2015-03-09,b",
    f"{KIM},Vale,2013-05-06,c",
]
WRITTEN = "\n".join([*ROWS, ""])
ENDS = [place for place, sign in enumerate(WRITTEN) if sign in ",\n"]
STARTS = [0, *(place + 1 for place in ENDS)]


@settings(deadline=None, max_examples=examples(100))
@given(begin=st.sampled_from(STARTS), end=st.sampled_from(ENDS), line=st.sampled_from("\n\r"))
def test_no_pair_of_stray_quotes_makes_a_child_absent(
    tmp_path_factory: pytest.TempPathFactory, begin: int, end: int, line: str
) -> None:
    begin, end = sorted((begin, end))
    quoted = f'{WRITTEN[:begin]}"{WRITTEN[begin:end]}"{WRITTEN[end:]}'.replace("\n", line)
    reply = asyncio.run(asked(tmp_path_factory.mktemp("roll"), "csv", quoted))
    assert not (isinstance(reply, NoRecord) and reply.whole)


@pytest.mark.parametrize(("column", "reply"), [(2, Malformed("csv")), (3, NoRecord(whole=False))])
async def test_a_row_that_a_quote_swallowed_is_seen(
    column: int, reply: Reply, tmp_path: Path
) -> None:
    cells = [row.split(",") for row in ROWS]
    cells[1][column], cells[3][column] = f'"{cells[1][column]}', f'{cells[3][column]}"'
    written = "\n".join([*map(",".join, cells), ""])
    found = await asked(tmp_path, "csv", written)
    assert (type(found), getattr(found, "whole", None)) == (
        type(reply),
        getattr(reply, "whole", None),
    )


async def test_a_remark_of_several_lines_is_a_remark(tmp_path: Path) -> None:
    written = "\n".join([ROWS[0], f'{SAM},Other,2014-01-02,"Rang, then\nwrote.\nTwice"', ""])
    reply = await asked(tmp_path, "csv", written)
    assert isinstance(reply, NoRecord)
    assert reply.whole
