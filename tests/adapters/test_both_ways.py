"""A file or a table gives the same reply by what is compiled for its manifest and by the exact way.

Sources over HTTP are held to it through the whole gateway (tests/stories/laws/test_both_ways.py).
"""

import asyncio
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.contract import Reply
from adapters.contract.paths import COMPILED, EXACT, Paths
from tests.support.adapters.asking import opened, question
from tests.support.agencies import MIRA, SourceFile
from tests.support.faults.file_faults import HEADER, FileFault
from tests.support.faults.sql_faults import PERSON, SqlFault
from tests.support.laws.ways.both_ways import ODD
from tests.support.samples import examples
from tests.support.secret_files import write_secret

KEYS: Final = ("id", "nhs", "family", "given", "born", "restricted")
CELLS: Final = [
    each
    for each in ODD
    if isinstance(each, str | int) and len(str(each)) < 100 and each != "\ud83d"
]
ROWS: Final = st.lists(
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(CELLS), max_size=2),
    min_size=1,
    max_size=3,
)


async def replies(source: SourceFile, folder: Path, paths: Paths) -> list[Reply]:
    """Asked twice, as what is compiled is made for the second time."""
    for name, secret in source.secrets.items():
        write_secret(folder / str(paths.compiled), source.id, name, secret)
    opening = opened(
        source.manifest, *source.origins, folder=folder / str(paths.compiled), paths=paths
    )
    async with opening as adapter:
        asked = question("by-number", nhs_number=str(MIRA["nhs"]))
        return [await adapter.source.ask(asked) for _ in range(2)]


def said_both_ways(source: SourceFile, folder: Path) -> tuple[list[Reply], list[Reply]]:
    async def both() -> tuple[list[Reply], list[Reply]]:
        return await replies(source, folder, EXACT), await replies(source, folder, COMPILED)

    return asyncio.run(both())


@settings(max_examples=examples(12))
@given(ROWS)
def test_a_file_is_read_the_same_both_ways(rows: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as name:
        lines = [",".join(str({**MIRA, **odd}[key]) for key in KEYS) for odd in rows]
        content = (HEADER + "\n".join(lines) + "\n").encode("utf-8", "replace")
        fault = FileFault("CSV file", "odd", frozenset(), content)
        folder = Path(name, "files")
        fault.write(folder)
        exact, compiled = said_both_ways(
            fault.source("agency-file", f"file://{folder}"), Path(name)
        )
    assert compiled == exact


@settings(max_examples=examples(12))
@given(ROWS)
def test_a_table_is_read_the_same_both_ways(rows: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as name:
        with connect(Path(name, "people.db")) as database:
            database.executescript(PERSON)
            for odd in rows:
                child = {**MIRA, **odd}
                values = [*(child[key] for key in KEYS), "Jo Hart"]
                database.execute("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        database.close()
        dsn = f"sqlite:///{Path(name, 'people.db')}"
        source = SqlFault("odd", frozenset()).source("agency-table", dsn, dsn)
        exact, compiled = said_both_ways(source, Path(name))
    assert compiled == exact
