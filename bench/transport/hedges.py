"""What second requests do to the slowest answers of an agency, and what they cost it."""

import itertools
import math
import os
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.contract.codes import Claim
from adapters.contract.contract import NoRecord, Question
from adapters.kinds import open_adapter
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress
from adapters.network.secrets import Secrets
from bench.processes.volley import volley
from bench.processes.worker import Worker
from gateway.fanout.limits import CallCount, SourceLimits, SourceRequest
from gateway.fanout.sources import RegisteredSource
from gateway.model.clock import Clock
from tests.support.plain_sources import ON_BEHALF

HEDGES: Final = ("", "hedge = { share = 0.05 }", 'hedge = { share = 0.05, after = "25ms" }')
_MANNER: Final = {"usual_s": 0.005, "slow_s": 0.2, "every": 50}
_MANIFEST: Final = """
manifest = 1
kind = "rest"
[source]
id = "agency"
agency = "agency"
sector = "EDUCATION"
base_url = "%s"
effects = "none"
[agency]
name = "An agency"
duty_contact = { telephone = "01632 960001" }
[limits]
rate = "100000/s"
concurrency = 16
%s
[[operation]]
name = "by-number"
path = "/children"
query = { nhs = "{nhs_number}" }
absent = "body.total == `0`"
records = "body.children"
[operation.map]
record_id = "id"
"""


@dataclass(frozen=True, slots=True)
class Waited:
    """How long answers took, in milliseconds, and how many requests there were for each."""

    limits: str
    p50_ms: float
    p95_ms: float
    p99_ms: float
    requests: float


async def waited(agency: Worker, base: str, count: int, rounds: int) -> list[Waited]:
    """Without and with second requests, in turns; all rounds together."""
    took: dict[str, list[float]] = {limits: [] for limits in HEDGES}
    asked = dict.fromkeys(HEDGES, 0)
    async with AsyncExitStack() as stack:
        sources = {one: await stack.enter_async_context(_limits(base, one)) for one in HEDGES}
        for number, limits in itertools.product(range(rounds + 1), HEDGES):
            agency.tell(_MANNER)
            found = await volley(_asking(sources[limits]), count, 4)
            requests = agency.tell(_MANNER)["asked"]
            if number:  # the first one shows what is usual
                took[limits] += found
                asked[limits] += requests
    return [_figures(one, took[one], asked[one]) for one in took]


def _figures(limits: str, took: list[float], asked: int) -> Waited:
    ordered = sorted(took)
    p50, p95, p99 = (1000 * ordered[math.ceil(at * len(took)) - 1] for at in (0.5, 0.95, 0.99))
    return Waited(limits, p50, p95, p99, asked / len(took))


@asynccontextmanager
async def _limits(base: str, limits: str) -> AsyncIterator[SourceLimits]:
    manifest = Manifest.model_validate(tomllib.loads(_MANIFEST % (base, limits)))
    adapter = await open_adapter(
        manifest,
        secrets=Secrets("agency", os.environ, Path("/nonexistent")),
        egress=Egress.of([base]),
        clock=lambda: datetime.now(UTC),
    )
    claims = frozenset({Claim.EFFECTS_NONE})
    source = RegisteredSource("agency", "agency", manifest, adapter, claims, 1, {})
    try:
        yield SourceLimits(source, Clock(), lambda: 1.0)
    finally:
        await adapter.aclose()


def _asking(limits: SourceLimits) -> Callable[[], Awaitable[None]]:
    question = Question("by-number", {"nhs_number": "9000000009"}, frozenset(), 0.0, ON_BEHALF)

    async def ask() -> None:
        until = Clock().monotonic() + 10.0
        reply = await limits.ask(SourceRequest(question, until, CallCount()))
        if not isinstance(reply, NoRecord):
            raise TypeError(f"the agency gave no answer: {reply}")

    return ask
