"""A code of confidentiality that nobody knows shields the child, whatever system says it."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import Claim
from demo.processes.postgres import Postgres
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, SourceFile, rest_source
from tests.support.faults.http_faults import response, says
from tests.support.faults.speech import Speech
from tests.support.faults.speeches import SPEECHES
from tests.support.faults.sql_faults import PERSON, SqlFault, columns, view
from tests.support.loopback import serving, serving_raw
from tests.support.town import Answer, small_town

CODES = ("zqmarker", "", "n", "NN", None)
every_code = pytest.mark.parametrize("code", CODES)


@asynccontextmanager
async def a_town_with(folder: Path, source: SourceFile) -> AsyncIterator[Answer]:
    """The answer of a spine that clears the child, a school that knows it, and this authority."""
    authority = source.with_(claims=source.claims | {Claim.SHIELD_AUTHORITY})
    async with serving(AgencyServer().answer) as url:
        sources = [
            rest_source("spine", url, claims=AUTHORITY),
            rest_source("school", url),
            authority,
        ]
        async with small_town(folder, sources) as town:
            yield await town.ask(agencies=["spine", "school", source.id])


def shields(answer: Answer) -> None:
    assert answer.outcomes["coded"] == "HAS_RECORD"
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"
    assert answer.outcomes["school"] == "NOTHING_TO_SHARE"
    assert "Tanners" not in answer.text
    assert "zqmarker" not in answer.text


@every_code
@pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.kind)
async def test_over_http(tmp_path: Path, speech: Speech, code: Any) -> None:
    coded = response(200, speech.media_type, speech.found({**MIRA, "restricted": code}))
    async with serving_raw(says(coded)) as url:
        source = speech.source("coded", url, conclusive=True)
        async with a_town_with(tmp_path, source) as answer:
            shields(answer)


def coded_view(code: str | None) -> str:
    said = "CAST(NULL AS text)" if code is None else f"'{code}'"
    return PERSON + view("coded", f"SELECT {columns(restricted=said)} FROM person")


@every_code
async def test_in_sqlite(tmp_path: Path, code: str | None) -> None:
    file = tmp_path / "agency.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(coded_view(code))
    dsn = f"sqlite:///{file}"
    source = SqlFault("codes", frozenset(), "coded").source("coded", dsn, dsn)
    async with a_town_with(tmp_path, source) as answer:
        shields(answer)


@contextmanager
def coded_database(postgres: Postgres, code: str | None) -> Iterator[None]:
    """The database `coded`, with this code; it goes, whatever a test found."""
    postgres.run("CREATE DATABASE coded")
    try:
        postgres.run(coded_view(code), "coded")
        yield
    finally:
        postgres.run("DROP DATABASE coded WITH (FORCE)")


@every_code
async def test_in_postgresql(tmp_path: Path, postgres: Postgres, code: str | None) -> None:
    origin = f"postgresql://127.0.0.1:{postgres.port}"
    source = SqlFault("codes", frozenset(), "coded").source("coded", postgres.dsn("coded"), origin)
    with coded_database(postgres, code):
        async with a_town_with(tmp_path, source) as answer:
            shields(answer)
