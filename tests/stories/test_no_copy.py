"""Of a child nothing stays with the gateway: not in a file, not in a line, in no spelling."""

import base64
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.identity.development_token import issue
from tests.support.edge import logged
from tests.support.markers import (
    BODY,
    BORN,
    FAMILY,
    GIVEN,
    GOOD,
    MARKERS,
    NHS,
    STREET,
    TELEPHONE,
    WORKER,
    agencies,
    ask_everything,
    send,
    sent,
)
from tests.support.served_gateway import served
from tests.support.town import PRACTITIONER
from tests.support.traces import Trace, spellings, traces


async def test_a_hundred_questions_leave_no_trace_of_the_child(tmp_path: Path) -> None:
    async with agencies() as sources, served(tmp_path, sources) as gateway:
        statuses = await ask_everything(gateway)
        while_running = traces(MARKERS, tmp_path, gateway.said)
        assert await gateway.stop() == 0
    assert while_running == []
    assert traces(MARKERS, tmp_path, gateway.said) == []
    assert {200, 400, 401, 404, 415} <= {*statuses}
    assert len(statuses) + 8 >= 100
    assert len(logged(tmp_path / "state")) > 50
    said = {json.loads(line)["event"] for line in gateway.said}
    assert said == {"serving", "answer_not_read", "source_not_reached"}


async def test_the_answers_were_full_of_the_child(tmp_path: Path) -> None:
    async with (
        agencies() as sources,
        served(tmp_path, sources) as gateway,
        sent(gateway, GOOD[0]) as came,
    ):
        text = await came.text()
    assert all(marker in text for marker in (FAMILY, GIVEN, NHS, BORN, STREET, WORKER, TELEPHONE))
    assert BODY not in text


@pytest.mark.parametrize("marker", MARKERS)
def test_the_search_finds_a_marker_in_any_spelling(tmp_path: Path, marker: str) -> None:
    for number, (name, form) in enumerate(spellings(marker).items()):
        assert len(form) > 6, name
        folder = tmp_path / str(number)
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "file").write_bytes(b"\x00before" + form + b"after\xff")
        assert Trace(marker, name, "deep/file") in traces([marker], folder, [])


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_the_search_finds_a_marker_inside_longer_base64(tmp_path: Path, before: str) -> None:
    text = base64.b64encode(f"{before}{FAMILY} and more".encode()).decode()
    assert [t.marker for t in traces(MARKERS, tmp_path, [text])] == [FAMILY]


def test_the_search_finds_a_marker_in_a_line(tmp_path: Path) -> None:
    assert traces([GIVEN], tmp_path, ["nothing\n", f"an error about {GIVEN}\n"])
    assert traces([GIVEN], tmp_path, ["nothing\n"]) == []


async def test_a_marker_planted_in_the_log_would_be_found(tmp_path: Path) -> None:
    async with agencies() as sources, served(tmp_path, sources) as gateway:
        caller = replace(PRACTITIONER, user=GIVEN)
        token = issue(caller, gateway.settings, now=time.time(), lifetime_s=60)
        await send(gateway, GOOD[0], Authorization=f"Bearer {token}")
        running = traces([GIVEN], tmp_path, gateway.said)
        await gateway.stop()
    assert running
    assert "state/audit.sqlite" in {t.where for t in traces([GIVEN], tmp_path, [])}
