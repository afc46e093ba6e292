"""Whatever somebody types, or the clock does: one entry each, well formed, or a clear refusal."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.store.sqlite_check import check_log
from gateway.model.clock import Clock
from tests.support.edge import QUESTION, Edge, edge, logged
from tests.support.gateway.auditors import nodes, read
from tests.support.gateway.break_glass import scene
from tests.support.town import PRACTITIONER, QUERY, REASON, variables_for


def question(**reason: Any) -> dict[str, Any]:
    """The question with another reason."""
    variables = variables_for() | {"reason": {**REASON, **reason}}
    return {"query": QUERY, "variables": variables}


async def reasons(gateway: Edge) -> list[str]:
    """The first line of every reason that an auditor can read."""
    found = nodes(await read(gateway.town, filter={"kind": "INTENT"}))
    return [node["justification"] for node in found]


@pytest.mark.parametrize(
    "text",
    [
        "bruises\r\nseen",
        "bruises\n\nseen",
        "bruises\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}seen",
        "bruises\x00\x07\x1b[2Jseen",
        "bruises\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH SPACE}seen",
        '"},{"kind":"PRUNING","pruned":[[0,9]]}',
        "bruises \N{PILE OF POO}" + "é" * 1900,
    ],
)
async def test_a_reason_of_any_characters_is_two_whole_entries(tmp_path: Path, text: str) -> None:
    async with edge(tmp_path) as gateway:
        said = await gateway.send(question(justification=text, caseReference=text[:90]))
        assert said.status == 200, said.text
        (kept,) = await reasons(gateway)
        kinds = [each["kind"] for each in gateway.entries]
    assert kinds == ["INTENT", "RELEASE", "AUDIT_SEARCH"]
    indented = "".join(f"    {line}" for line in text.strip().splitlines(keepends=True))
    assert kept.startswith(indented.removeprefix("    "))
    assert check_log(tmp_path / "state" / "audit.sqlite").size == 3


async def test_half_a_character_is_kept_as_a_question_mark(tmp_path: Path) -> None:
    body = json.dumps(question(justification="X")).replace('"X"', '"seen\\ud800"').encode()
    async with edge(tmp_path) as gateway:
        said = await gateway.send(raw=body)
        assert said.status in {200, 400}
        assert len(gateway.entries) == (2 if said.status == 200 else 0)


@pytest.mark.parametrize("length", [2001, 8 * 1024, 48 * 1024])
async def test_a_reason_too_long_is_refused_with_its_limit(tmp_path: Path, length: int) -> None:
    async with edge(tmp_path) as gateway:
        said = await gateway.send(question(justification="x" * length))
        assert (said.status, said.code) == (400, "JUSTIFICATION_TOO_LONG")
        assert (gateway.entries, gateway.agency_server.asked) == ([], [])


async def test_sixty_four_kibibytes_of_reason_are_a_body_too_long(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        said = await gateway.send(question(justification="x" * 64 * 1024))
        assert (said.status, said.code) == (413, "BODY_TOO_LARGE")
        assert (gateway.entries, gateway.agency_server.asked) == ([], [])


async def test_reasons_too_long_together_are_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    harm = {"suspected": "PHYSICAL", "justification": "a" + "\N{PILE OF POO}" * 1900}
    async with edge(tmp_path) as gateway:
        said = await gateway.send(question(justification="é" * 1900, significantHarm=harm))
        assert (said.status, said.code) == (400, "JUSTIFICATION_TOO_LONG")
        assert (gateway.entries, gateway.agency_server.asked) == ([], [])


@pytest.mark.parametrize("why", ["x" * 8193, "é" * 5000])
async def test_a_reason_for_break_glass_too_long_is_refused_with_its_limit(
    tmp_path: Path, why: str
) -> None:
    async with scene(tmp_path) as place:
        said = await place.break_glass(why=why)
        assert "JUSTIFICATION_TOO_LONG" in said.text
        assert logged(place.town.settings.files.state) == []
        assert "errors" not in (await place.break_glass()).body
        noted = await place.review(place.granted_at, note=why)
        assert "JUSTIFICATION_TOO_LONG" in noted.text
        kinds = [entry["kind"] for entry in logged(place.town.settings.files.state)]
    assert kinds == ["BREAK_GLASS"]


async def test_bytes_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    body = json.dumps(question()).encode().replace(b"worried", b"\xff\xfe\xc3(")
    async with edge(tmp_path) as gateway:
        said = await gateway.send(raw=body)
        assert (said.status, said.code) == (400, "BODY_INVALID")
        assert gateway.entries == []


async def test_a_user_whose_name_breaks_lines_is_refused_and_the_refusal_is_one_entry(
    tmp_path: Path,
) -> None:
    caller = replace(PRACTITIONER, user="j\r\n\N{LINE SEPARATOR}\x00.okafor")
    async with edge(tmp_path) as gateway:
        answer = await gateway.town.post(QUESTION, gateway.town.headers(caller))
        assert answer.status == 401
        assert [each["kind"] for each in gateway.entries] == ["AUTHENTICATION_FAILURE"]


def stepping() -> Iterator[datetime]:
    """A clock that goes back twenty seconds at every second look, as far as a token lives."""
    now, looks = datetime.now(UTC), 0
    while True:
        yield now - timedelta(seconds=20 * (looks % 2))
        looks += 1


async def test_a_clock_that_steps_back_leaves_one_entry_each_in_order(tmp_path: Path) -> None:
    ticking = stepping()
    settings: dict[str, Any] = {"clock": Clock(now=lambda: next(ticking))}
    async with edge(tmp_path, **settings) as gateway:
        for _ in range(4):
            assert (await gateway.send()).status == 200
        entries = gateway.entries
    assert [entry["kind"] for entry in entries] == ["INTENT", "RELEASE"] * 4
    assert len({entry["query_id"] for entry in entries}) == 4
    assert check_log(tmp_path / "state" / "audit.sqlite").size == 8
