"""However long a child's list is, she is found: what is open and newest stays, the cut is told."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import NameUse
from adapters.contract.contract import Records
from adapters.contract.record import Name, Record
from adapters.mapping.caps import LIST_CAP, TEXT_CAP, kept
from adapters.mapping.mapping import RecordMapping
from adapters.plugins.reply import checked
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text, only, opened
from tests.support.adapters.asking import question as asking
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import small_town

TODAY = date(2026, 11, 22)
SECTIONS = """
[[operation.names]]
each = "EACH"
given = "text"
family = "family"
use = "use"
[[operation.identifier]]
each = "EACH"
scheme = "local"
value = "text"
[[operation.address]]
each = "EACH"
lines = "text"
start = "since"
end = "until"
[[operation.carer]]
each = "EACH"
name = "text"
[[operation.school]]
each = "EACH"
name = "text"
start = "since"
end = "until"
[[operation.involvement]]
each = "EACH"
service = "text"
start = "since"
end = "until"
[[operation.support_status]]
each = "EACH"
code = { value = "CHILD_IN_NEED" }
label = "text"
start = "since"
end = "until"
[[operation.event]]
each = "EACH"
date = "since"
summary = "text"
"""
MAP = """
[operation.map]
record_id = "record_id"
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
"""
LISTS: Mapping[str, Callable[[Any], Any]] = {
    "names": lambda one: one.given[0],
    "identifiers": lambda one: one.value,
    "addresses": lambda one: one.lines[0],
    "carers": lambda one: one.name,
    "schools": lambda one: one.name,
    "involvements": lambda one: one.service,
    "support_statuses": lambda one: one.label,
    "events": lambda one: one.summary,
}
DATED = [name for name in LISTS if name not in {"names", "identifiers", "carers", "events"}]
ANN = {"record_id": "7", "nhs": "9990000018", "family": "Hill", "born": "2015-03-09"}
COLUMNS = (*ANN, "text", "use", "since", "until")


def items(count: int, open_at: frozenset[int] = frozenset()) -> list[dict[str, Any]]:
    """So many, the newest last; those at `open_at` are not over."""
    return [
        {
            "text": f"no-{place}",
            "use": "ALIAS",
            "since": f"{1901 + place // 12}-{place % 12 + 1:02}-02",
            "until": None if place in open_at else f"{1901 + place // 12}-{place % 12 + 1:02}-03",
        }
        for place in range(count)
    ]


def operation(each: str, rest: str) -> str:
    return f'[[operation]]\nname = "all"\n{rest}{MAP}{SECTIONS.replace("EACH", each)}'


async def over_http(_folder: Path, held: list[dict[str, Any]]) -> Record:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"children": [{**ANN, "list": held}]})

    async with serving(answer) as base_url:
        rest = operation("list", 'path = "/{nhs_number}"\nrecords = "body.children"\n')
        async with opened(
            manifest_text("rest", base_url, rest).replace("64KiB", "4MiB")
        ) as adapter:
            return only(await adapter.source.ask(asking("all", nhs_number="9990000018")))


async def in_a_table(folder: Path, held: list[dict[str, Any]]) -> Record:
    rows = [{**ANN, **one} for one in held]
    return await of_sql(folder, rows, "rows", "SELECT * FROM child WHERE nhs = :nhs_number")


async def in_a_detail(folder: Path, held: list[dict[str, Any]]) -> Record:
    detail = "[operation.detail.list]\nsql = 'SELECT * FROM child WHERE record_id IN :record_ids'\n"
    main = "SELECT DISTINCT record_id, nhs, family, born FROM child WHERE nhs = :nhs_number"
    return await of_sql(folder, [{**ANN, **one} for one in held], "list", main, detail)


async def of_sql(
    folder: Path, rows: list[dict[str, Any]], each: str, sql: str, detail: str = ""
) -> Record:
    path = folder / "child.db"
    with sqlite3.connect(path) as base:
        base.execute(f"CREATE TABLE child ({', '.join(COLUMNS)})")
        marks = ", ".join("?" for _ in COLUMNS)
        base.executemany(
            f"INSERT INTO child VALUES ({marks})", [[row[one] for one in COLUMNS] for row in rows]
        )
    base.close()
    dsn = 'dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }'
    text = manifest_text("sql", rest=operation(each, f'sql = "{sql}"\n{detail}'), source=dsn)
    text = text.replace("64KiB", "4MiB")
    at = f"sqlite:///{path}"
    environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": at}
    async with opened(text, at, environ=environ) as adapter:
        return only(await adapter.source.ask(asking("all", nhs_number="9990000018")))


async def in_a_csv_file(folder: Path, held: list[dict[str, Any]]) -> Record:
    rows = [{**ANN, **one} for one in held]
    lines = [",".join(COLUMNS), *(",".join(row[one] or "" for one in COLUMNS) for row in rows)]
    (folder / "child.csv").write_text("\n".join([*lines, ""]))
    rest = operation("rows", 'file = "child.csv"\nby = ["nhs_number"]\n')
    text = manifest_text("file", f"file://{folder}", rest).replace("64KiB", "4MiB")
    async with opened(text) as adapter:
        return only(await adapter.source.ask(asking("all", nhs_number="9990000018")))


async def of_a_plugin(_folder: Path, held: list[dict[str, Any]]) -> Record:
    said = MAPPING.record({**ANN, "list": held[:1]}, ALL_FIELDS, TODAY)
    assert isinstance(said, Record)
    every = [MAPPING.record({**ANN, "list": [one]}, ALL_FIELDS, TODAY) for one in held]
    lists: dict[str, Any] = {
        name: tuple(getattr(one, name)[-1] for one in every if isinstance(one, Record))
        for name in LISTS
    }
    return only(checked(Records((replace(said, **lists),)), 3))


MANIFEST = manifest_of(
    manifest_text(
        "rest",
        "http://a.example",
        operation("list", 'path = "/{nhs_number}"\nrecords = "body.children"\n'),
    )
)
MAPPING = RecordMapping.of(MANIFEST.operation[0], MANIFEST.codes)
Kind = Callable[[Path, list[dict[str, Any]]], Awaitable[Record]]
KINDS: Mapping[str, Kind] = {
    "http": over_http,
    "table": in_a_table,
    "detail": in_a_detail,
    "csv": in_a_csv_file,
    "plugin": of_a_plugin,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [LIST_CAP + 1, 400, 1_500])
async def test_a_child_with_the_most_services_is_found_with_the_newest_and_told_to_hold_more(
    kind: str, count: int, tmp_path: Path
) -> None:
    record = await KINDS[kind](tmp_path, items(count))
    assert record.cut == tuple(sorted(LISTS))
    for name, text in LISTS.items():
        assert len(getattr(record, name)) == LIST_CAP, name
        if name in {*DATED, "events"}:
            newest = [f"no-{place}" for place in range(count - LIST_CAP, count)]
            assert [text(one) for one in getattr(record, name)] == newest, name


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_open_stays_however_old_it_is(kind: str, tmp_path: Path) -> None:
    still = frozenset(range(0, 100, 3))
    record = await KINDS[kind](tmp_path, items(300, still))
    for name in DATED:
        texts = {LISTS[name](one) for one in getattr(record, name)}
        assert {f"no-{place}" for place in still} <= texts, name


@pytest.mark.parametrize("kind", KINDS)
async def test_a_child_with_fifty_of_everything_is_told_whole(kind: str, tmp_path: Path) -> None:
    record = await KINDS[kind](tmp_path, items(LIST_CAP - 1))
    assert record.cut == ()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_text_that_is_too_long_ends_in_an_ellipsis_and_is_told(
    kind: str, tmp_path: Path
) -> None:
    long = {**items(1)[0], "text": "x" * (TEXT_CAP + 1)}
    record = await KINDS[kind](tmp_path, [long, *items(2)])
    assert record.cut == tuple(sorted(LISTS))
    assert max(len(one.service or "") for one in record.involvements) == TEXT_CAP
    assert any((one.service or "").endswith("x\u2026") for one in record.involvements)


@settings(deadline=None)
@given(st.text(max_size=1_000) | st.text("a \u200e\u00e9", max_size=3_000))
def test_a_text_is_whole_or_ends_in_an_ellipsis_and_is_told(text: str) -> None:
    record = MAPPING.record({**ANN, "list": [{"text": text}]}, ALL_FIELDS, TODAY)
    assert isinstance(record, Record)
    (one,) = record.involvements or (None,)
    shown = (one.service if one else "") or ""
    letters = [c for c in text if c.isalnum()]
    if "involvements" not in record.cut:
        assert [c for c in shown if c.isalnum()] == [c for c in _nfc(letters) if c.isalnum()]
    else:
        assert shown.endswith("\u2026")
        assert len(shown) == TEXT_CAP


def _nfc(letters: list[str]) -> str:
    said = MAPPING.record(
        {**ANN, "list": [{"text": "".join(letters)}]}, frozenset({"involvements"}), TODAY
    )
    assert isinstance(said, Record)
    return (said.involvements[0].service if said.involvements else "") or ""


@pytest.mark.parametrize("written", [" ".join(["Ann"] * 60), ["Ann"] * 60, "A" * 401])
def test_given_names_without_end_are_cut_and_told(written: Any) -> None:
    long = RecordMapping.of(
        manifest_of(
            manifest_text(
                "rest",
                "http://a.example",
                '[[operation]]\nname = "all"\npath = "/{upn}"\nrecords = "[body]"\n'
                '[operation.map]\nupn = "upn"\ngiven_names = "given"\nbirth_date = "born"\n',
            )
        ).operation[0],
        {},
    )
    record = long.record({"given": written, "born": "2015-03-09"}, frozenset(), TODAY)
    assert isinstance(record, Record)
    assert record.cut == ("given_names",)
    assert record.names[0].given[-1].endswith("\u2026")


def test_a_second_practice_is_told_and_the_first_is_shown() -> None:
    text = manifest_text(
        "rest",
        "http://a.example",
        operation("list", 'path = "/{nhs_number}"\nrecords = "body.children"\n')
        + '[[operation.gp_practice]]\neach = "list"\nname = "text"\n',
    )
    manifest = manifest_of(text)
    mapping = RecordMapping.of(manifest.operation[0], manifest.codes)
    record = mapping.record({**ANN, "list": items(2)}, frozenset({"gp_practice"}), TODAY)
    assert isinstance(record, Record)
    assert (record.gp_practice and record.gp_practice.name, record.cut) == (
        "no-0",
        ("gp_practice",),
    )


@given(st.lists(st.sampled_from(["CURRENT", "FORMER", "ALIAS"]), min_size=51, max_size=90))
def test_of_many_names_the_current_ones_stay_in_their_order(uses: list[str]) -> None:
    names = tuple(Name((str(n),), use=NameUse(use)) for n, use in enumerate(uses))
    stay = kept("names", names)
    current = [one for one in names if one.use is NameUse.CURRENT][:LIST_CAP]
    assert set(current) <= set(stay)
    assert [one for one in names if one in stay] == list(stay)
    assert len(stay) == LIST_CAP


async def test_a_practitioner_is_told_that_an_agency_holds_more_than_is_shown(
    tmp_path: Path,
) -> None:
    workers = [{"name": f"Jo {n}", "role": "Social worker"} for n in range(LIST_CAP + 1)]
    server = AgencyServer(children=({**MIRA, "workers": workers},))
    async with serving(server.answer) as spine:
        sources = [rest_source("spine", spine, claims=AUTHORITY)]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask()
    row = answer.rows["spine"]
    assert (row["outcome"], row["complete"]) == ("HAS_RECORD", False)
    assert len(row["involvements"]) == LIST_CAP
    assert "holds more than is shown" in row["detail"]
    assert answer.completeness["complete"] is False
