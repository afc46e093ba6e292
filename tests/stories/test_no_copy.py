"""Of a child nothing stays with the gateway: not in a file, not in a line, in no spelling."""

import base64
import json
import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from gateway.http.collector.feed import RESULTS
from gateway.http.collector.post import Signal
from gateway.identity.development_token import issue
from gateway.model.figures import ANSWERED, FAILED, GONE, PLAN, STAGES, VARIABLES, WHY_EXACT
from resolvers.outcome import Outcome
from tests.support.collector import Collector, attributes, collecting
from tests.support.edge import logged
from tests.support.markers import (
    BODY,
    BORN,
    FAMILY,
    GIVEN,
    GOOD,
    MARKERS,
    NHS,
    OF_TRACING,
    STREET,
    TELEPHONE,
    WORKER,
    agencies,
    ask_everything,
    send,
    sent,
)
from tests.support.patience import patiently
from tests.support.scraping import SHOWN, all_that_is_shown, labels_in
from tests.support.served_gateway import served, served_afresh
from tests.support.settings import BRISK
from tests.support.town import PRACTITIONER
from tests.support.traces import Trace, spellings, traces


async def test_a_hundred_questions_leave_no_trace_of_the_child(tmp_path: Path) -> None:
    heard: set[str] = set()

    async def hear(request: web.Request) -> None:
        heard.update(name.lower() for name in request.headers)

    async with agencies(hear) as sources, collecting() as collector:
        fed = {
            "collector__url": collector.url,
            "collector__traces": 1.0,
            "collector__metrics_every": 0.5,
        }
        async with served_afresh(tmp_path, sources, **SHOWN, **fed, **BRISK) as gateway:
            statuses = await ask_everything(gateway)
            await patiently(collector.until(has_figures_of_questions))
            shown = await all_that_is_shown(gateway)
            while_running = traces(MARKERS, tmp_path, [*gateway.said, *shown])
            assert await gateway.stop() == 0
    shown += collector.everything()
    assert while_running == []
    assert traces(MARKERS, tmp_path / "tmp", shown) == []
    assert_every_span_is_of_ours(collector)
    assert "signature-input" in heard
    assert not heard & {name.lower() for name in OF_TRACING}
    assert traces(MARKERS, tmp_path, gateway.said) == []
    assert {200, 400, 401, 404, 415} <= {*statuses}
    assert len(statuses) + 8 >= 100
    entries = logged(tmp_path / "state")
    assert len(entries) > 50
    persons = {PRACTITIONER.user, PRACTITIONER.organisation, *(e.get("query_id") for e in entries)}
    assert traces(filter(None, persons), tmp_path / "tmp", shown) == []
    assert_only_names_of_ours(shown[0])
    told = {"serving", "questions_refused", "answer_not_read", "source_not_reached", "stopped"}
    said = {json.loads(line)["event"] for line in gateway.said}
    assert said == told


def assert_only_names_of_ours(text: str) -> None:
    """Every label has one of the values that the code or the operator's files give it."""
    names = {*STAGES, *Outcome, ANSWERED, GONE, FAILED, "ok", "failed", "neutral", "others"}
    names |= {"spine", "council", "refusing", "html", "misshapen", "breaking", "nobody"}
    names |= {*RESULTS, *(each.value for each in Signal), PLAN, VARIABLES, *WHY_EXACT}
    found = {(label, value) for _, label, value in labels_in(text)}
    rest = {(label, value) for label, value in found if value not in names}
    free = {"le", "version", "python", "part", "event", "level", "way"}
    codes = {value for label, value in rest if label not in free}
    assert [c for c in codes if not re.fullmatch(r"[A-Z_]+|read|not_found", c)] == []
    assert all(re.fullmatch(r"[a-z_A-Z0-9.+-]{1,24}", value) for _, value in found)


def has_figures_of_questions(collector: Collector) -> bool:
    return "teamaround_responses" in {each.name for each in collector.metrics()}


def assert_every_span_is_of_ours(collector: Collector) -> None:
    """A span says a stage, or a call to a source by its id; nothing else, and of no other trace."""
    spans = list(collector.spans())
    assert {each.name for each in spans} == {*STAGES, "question", "call"}
    assert {key for each in spans for key in attributes(each)} == {
        *("teamaround.result", "teamaround.source", "teamaround.went")
    }
    values = {value for each in spans for value in attributes(each).values()}
    assert {"answered", "ok", "failed", "spine", "nobody", "UNAUTHENTICATED"} <= values
    assert all(re.fullmatch(r"[a-z]+|[A-Z_]+", value) for value in values)
    assert not any(each.links or each.events or each.trace_state for each in spans)
    kinds = Counter(each.name for each in spans)
    assert kinds["question"] == len({each.trace_id for each in spans}) >= 100


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
