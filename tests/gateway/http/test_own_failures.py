"""What is our own fault is told with its cause, and counts nowhere against whoever asked."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from structlog.stdlib import add_log_level
from structlog.testing import capture_logs

from gateway.audit.recorder.recorder import Recorder
from gateway.http.errors import INTERNAL_CODE, STATUS_OF_CODE
from gateway.http.errors import STATUS as OF_KIND
from gateway.http.pipeline import Pipeline
from gateway.identity.counted import CountedByRequest
from gateway.identity.request_quota import RequestQuota
from gateway.model.errors import CODES, LimitReached, TeamAroundError, TryLater
from gateway.model.event_stream.said import SAID
from gateway.questions.question import RunningQuestion
from gateway.questions.start import QuestionFactory
from tests.support.edge import Edge, edge
from tests.support.patience import PATIENCE_S
from tests.support.town import QUERY, variables_for

ROOT: Final = Path(__file__).parents[3]
STATUS: Final = (500, 503)
_RAISED: Final = re.compile(rf'\b({"|".join(each.__name__ for each in OF_KIND)})\(\s*"(\w+)"')


def raised() -> dict[str, type[TeamAroundError]]:
    """By code, the kind of each refusal that the gateway raises."""
    kinds = {each.__name__: each for each in OF_KIND}
    files = (file.read_text("utf-8") for file in (ROOT / "gateway").rglob("*.py"))
    return {code: kinds[kind] for text in files for kind, code in _RAISED.findall(text)}


def planted(kind: type[TeamAroundError], code: str) -> TeamAroundError:
    """A refusal of this kind."""
    return LimitReached(code, "planted", 1) if kind is LimitReached else kind(code, "planted")


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


async def test_each_code_that_a_caller_can_get_is_told_and_counted_as_a_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = raised()
    before = Counter(SAID.counted)
    with capture_logs([add_log_level, SAID]) as events:
        async with edge(tmp_path) as gateway:
            for code, kind in every.items():
                monkeypatch.setattr(Pipeline, "start", fails(planted(kind, code)))
                said = await gateway.send()
                assert (said.status, said.code) == (STATUS_OF_CODE.get(code, OF_KIND[kind]), code)
                assert ("Retry-After" in said.headers) == (kind in {TryLater, LimitReached})
            await until(lambda: Counter(dict(told(events))) == Counter(every.keys()))
    assert every.keys() == CODES.keys() - {INTERNAL_CODE}
    counted = {code: SAID.counted["questions_refused", code] for code in every}
    assert all(counted[code] > before["questions_refused", code] for code in every)


LOOK: Final = "audit { checkpoint { note } }"


async def test_a_field_that_is_refused_is_told_whole_in_parts_and_of_the_log(
    tmp_path: Path,
) -> None:
    with capture_logs() as events:
        async with edge(tmp_path) as gateway:
            whole = await gateway.send({"query": f"{{ me {{ name }} {LOOK} }}"})
            parts = f"{{ me {{ name }} ... @defer {{ {LOOK} }} }}"
            streamed = await gateway.send({"query": parts}, accept="multipart/mixed")
            headers = gateway.town.headers()
            log = f"{gateway.town.url}/log/checkpoint"
            async with gateway.town.session.get(log, headers=headers) as came:
                assert came.status == 403
            await until(lambda: sum(count for _, count in told(events)) == 3)
    assert (whole.status, streamed.status) == (294, 200)
    assert streamed.text.count("AUDIT_NOT_ALLOWED") == 1
    assert {code for code, _ in told(events)} == {"AUDIT_NOT_ALLOWED"}


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
