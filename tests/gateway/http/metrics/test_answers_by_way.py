"""An operator sees how many answers were written by compiled code, and why the others were not."""

from pathlib import Path
from typing import Final

import pytest

from gateway.graphql.child import writing
from tests.support.markers import GOOD, KNOWN, STREAM, agencies, question, send
from tests.support.scraping import SHOWN, scraped
from tests.support.served_gateway import Served, served
from tests.support.town import QUERY

BESIDE_ME: Final = QUERY.replace("{\n", "{ me { name }\n", 1)
WHOLE: Final = {"Accept": "application/json"}


async def by_way(gateway: Served) -> list[str]:
    """The lines of the figure, each with how many answers."""
    _, shown = await scraped(gateway)
    named = "teamaround_answers_total{"
    return [line.removeprefix(named) for line in shown.splitlines() if line.startswith(named)]


async def test_each_answer_is_counted_by_the_way_that_its_request_takes(tmp_path: Path) -> None:
    async with agencies() as sources, served(tmp_path, sources[:2], **SHOWN) as gateway:
        assert await send(gateway, {"query": "{ me { name } }"}) == 200
        assert await by_way(gateway) == []
        assert await send(gateway, GOOD[0]) == 200
        assert await send(gateway, question(KNOWN, STREAM), **WHOLE) == 200
        assert await send(gateway, question(KNOWN, BESIDE_ME)) == 200
        assert await send(gateway, question(KNOWN, STREAM)) == 200
        assert await by_way(gateway) == [
            'way="compiled",why="none"} 2.0',
            'way="exact",why="document"} 1.0',
            'way="exact",why="parts"} 1.0',
        ]


async def test_an_answer_that_compiled_code_cannot_write_shows_no_single_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(writing, "tellers", failing)
    async with agencies() as sources, served(tmp_path, sources[:2], **SHOWN) as gateway:
        assert await send(gateway, GOOD[0]) == 200
        assert await by_way(gateway) == ['way="compiled",why="none"} 1.0']
