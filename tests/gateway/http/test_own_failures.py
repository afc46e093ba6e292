"""What is our own fault is told with its cause, and counts nowhere against whoever asked."""

import ast
import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from gateway.audit.recorder.recorder import Recorder
from gateway.http.pipeline import Pipeline
from gateway.identity.counted import CountedByRequest
from gateway.identity.request_quota import RequestQuota
from gateway.model.errors import TryLater
from gateway.questions.question import RunningQuestion
from gateway.questions.start import QuestionFactory
from tests.support.edge import Edge, edge
from tests.support.patience import PATIENCE_S
from tests.support.town import QUERY, variables_for

ROOT: Final = Path(__file__).parents[3]
STATUS: Final = (500, 503)


def codes() -> Iterator[str]:
    """The code of every TryLater that the gateway raises."""
    for file in sorted((ROOT / "gateway").rglob("*.py")):
        if "TryLater(" not in (code := file.read_text("utf-8")):
            continue  # to parse all of them takes a second
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "TryLater":
                said = node.args[0]
                assert isinstance(said, ast.Constant), file
                yield str(said.value)


def fails(error: Exception) -> Callable[..., Any]:
    """A stage that fails."""

    async def fail(*_: object, **__: object) -> None:
        await asyncio.sleep(0)
        raise error

    return fail


def told(events: list[Any]) -> list[tuple[str, int]]:
    """Which refusals were told, and how often each."""
    return [(e["cause"], e["count"]) for e in events if e["event"] == "questions_refused"]


async def until(done: Callable[[], bool]) -> None:
    """Wait for what is told once a second."""
    async with asyncio.timeout(PATIENCE_S):
        while not done():  # noqa: ASYNC110  nothing says when an event was written
            await asyncio.sleep(0.05)


def bug() -> Exception:
    return ValueError("planted")


def later() -> Exception:
    return TryLater("LOG_UNAVAILABLE", "planted")


async def test_each_code_of_our_own_is_told_as_the_cause_of_an_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = sorted(set(codes()))
    with capture_logs() as events:
        async with edge(tmp_path) as gateway:
            for code in every:
                monkeypatch.setattr(Pipeline, "start", fails(TryLater(code, "planted")))
                said = await gateway.send()
                assert (said.status, said.code, said.headers["Retry-After"]) == (503, code, "1")
            await until(lambda: told(events) == [(code, 1) for code in every])
    assert {"BUSY", "LOG_UNAVAILABLE", "REVOCATIONS_UNREADABLE"} < {*every}


# Where a question may fail by our own fault, in its order: what is replaced there.
PLACES: Final[Mapping[str, tuple[type, str]]] = {
    "its counts": (CountedByRequest, "add"),
    "the keys": (Recorder, "pseudonymise"),
    "the intent": (Recorder, "intend"),
    "the question": (QuestionFactory, "question"),
    "the agencies": (RunningQuestion, "whole"),
    "the release": (RunningQuestion, "declare"),
}


def counted(gateway: Edge) -> dict[object, object]:
    """Everything that is counted of anybody."""
    quotas = gateway.town.pipeline.active.preparation.quotas
    shared = quotas._counts.inner._counted  # type: ignore[attr-defined]  # noqa: SLF001
    own = quotas.requests._counted  # noqa: SLF001
    found = {name: count for name, (count, _) in shared.items()}
    return {name: count for name, count in [*found.items(), *own.items()] if count}


@contextmanager
def failing_at(place: str, error: Callable[[], Exception], after: int = 0) -> Iterator[None]:
    """A gateway that fails there, from the call after so many of each request on."""
    owner, name = PLACES[place]
    stage, calls = getattr(owner, name), 0

    async def fail(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > after:
            calls = 0
            raise error()
        return await stage(*given, **named)

    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(owner, name, fail)
        yield


async def charged_for(
    gateway: Edge, place: str, error: Callable[[], Exception], after: int
) -> bool:
    """Whether anything was counted against a caller whom the gateway failed there."""
    before = counted(gateway)
    body = {"query": QUERY, "variables": variables_for()}
    with failing_at(place, error, after):
        said = await gateway.send(body)
    assert said.status in STATUS, (place, after, said.text)
    return counted(gateway) != before


KINDS: Final = [
    *((place, later, 0) for place in PLACES),
    *((place, bug, 0) for place in PLACES if place != "the agencies"),
    *(("its counts", later, after) for after in range(1, 6)),
]


async def test_a_failure_of_ours_counts_nowhere_against_whoever_asked(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        assert (await gateway.send()).status == 200  # so that its document is read
        gateway.town.pipeline.active.preparation.quotas._counts.inner._counted.clear()  # type: ignore[attr-defined]  # noqa: SLF001
        charged = [
            (place, after)
            for place, error, after in KINDS
            if await charged_for(gateway, place, error, after)
        ]
    assert charged == []


@pytest.mark.parametrize(
    ("owner", "name"), [(CountedByRequest, "take_back"), (RequestQuota, "uncount")]
)
async def test_the_law_finds_a_gateway_that_charges_for_its_own_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    async def nothing(*_: object) -> None:
        await asyncio.sleep(0)

    async with edge(tmp_path) as gateway:
        monkeypatch.setattr(owner, name, nothing if name == "take_back" else lambda *_: None)
        assert await charged_for(gateway, "the intent", later, 0)
        assert await charged_for(gateway, "the release", later, 0)
