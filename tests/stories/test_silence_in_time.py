"""How long silence takes, and how much work it is, tells as little as what it says.

Every stage runs in a time of its own, so that a sample is the gateway's and not the machine's:
seconds until the answer, seconds until each row, and calls of Python functions for work. Samples
of a child who is held and of one who is not are sampled independently, and compared by the
Kolmogorov-Smirnov test at a level of one in a million. That the test sees is shown by leaks that
are planted.
"""

import math
import random
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim
from adapters.contract.contract import Fault, NoRecord, Records, Reply, Unavailable
from adapters.contract.contract import Question as SourceQuestion
from adapters.contract.record import Record
from tests.support.agencies import AUTHORITY, BY_NUMBER, LOCAL
from tests.support.gateway.whole_gateway import TODAY, whole_gateway
from tests.support.plain_sources import Answering, file_of, record
from tests.support.samples import LONG
from tests.support.town import IN_PARTS, KNOWN, QUERY
from tests.support.virtual_time import now, run, sleep

pytestmark = pytest.mark.sampled

SAMPLES: Final = 36 if LONG else 18
MORE_SAMPLES: Final = 60 if LONG else 30
LEVEL: Final = 1e-6
SILENT: Final = """
[[withhold]]
from = { sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }
"""
BY_HOME: Final = ("by-home", 'family = "{family_name}", home = "{postcode}"', False)
PERSON: Final = {**KNOWN, "givenNames": ["Mira"], "familyName": "Ashdown"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One question: when its answer was whole, when each row came, and the work until then."""

    seconds: float
    rows: tuple[float, ...]
    calls: int
    text: str


def agency(chance: random.Random, held: Sequence[Record], state: str = "up") -> Answering:
    """An agency that takes longer for a child whom it holds, as real ones do."""
    base = chance.uniform(0.01, 0.05) if state == "up" else chance.uniform(1.0, 2.5)

    async def answer(_: SourceQuestion) -> Reply:
        await sleep(base * (3 if held else 1))
        if state == "down":
            return Unavailable(Fault.CONNECTION)
        return Records(tuple(held)) if held else NoRecord(TODAY)

    return answer


def sampled(sources: Callable[[random.Random], Any], known: Any, seed: int) -> Sample:
    """Ask such a world once, and once before, so that nothing is done for the first time."""

    async def asked() -> Sample:
        gateway = whole_gateway(sources(random.Random(seed)))  # noqa: S311  not for secrets
        await gateway.ask(QUERY, known)
        began, calls = now(), [0]

        def count(_: Any, event: str, __: Any) -> None:
            calls[0] += event == "call"

        sys.setprofile(count)
        try:
            text = await gateway.ask(QUERY, known)
        finally:
            sys.setprofile(None)
        took = now() - began
        (question,) = (await gateway.start(IN_PARTS, known)).questions
        began = now()
        rows = [now() - began async for _ in question.rows(as_they_arrive=True)]
        await question.stop()
        plain = re.sub(r'"(queryId|index|latencyMs)":("[^"]*"|[0-9.]+)', "", text.decode())
        return Sample(took, tuple(rows), calls[0], plain)

    return run(asked())


def apart(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two samples are of different distributions (Kolmogorov-Smirnov, two-sided)."""
    points = sorted({*one, *other})
    distance = max(
        abs(sum(v <= p for v in one) / len(one) - sum(v <= p for v in other) / len(other))
        for p in points
    )
    effective = len(one) * len(other) / (len(one) + len(other))
    return distance > math.sqrt(-math.log(LEVEL / 2) / (2 * effective))


def seen(sample: Sample) -> tuple[float, tuple[float, ...], str]:
    """What is exact: of the work a call or two is the interpreter's own."""
    return sample.seconds, sample.rows, sample.text


def told_apart(one: Sequence[Sample], other: Sequence[Sample]) -> bool:
    """Whether an attacker who watches time and work tells the two kinds of child apart."""
    rows = range(len(one[0].rows))
    return (
        apart([s.seconds for s in one], [s.seconds for s in other])
        or apart([s.calls for s in one], [s.calls for s in other])
        or any(apart([s.rows[r] for s in one], [s.rows[r] for s in other]) for r in rows)
    )


def clinic_town(*, held: bool, state: str, silent: bool = True) -> Callable[[random.Random], Any]:
    """Demographics, a school, and a clinic that keeps to itself what it has, or does not."""

    def sources(chance: random.Random) -> Any:
        clinic = file_of("clinic", timeout="9s")
        quiet = clinic.with_(operations=clinic.operations + SILENT) if silent else clinic
        return [
            (file_of("spine", claims=AUTHORITY), agency(chance, [record()])),
            (file_of("school"), agency(chance, [record()])),
            (quiet, agency(chance, [record()] if held else [], state)),
        ]

    return sources


@pytest.mark.parametrize("state", ["up", "slow", "down"])
def test_whether_a_silent_clinic_holds_a_child_shows_neither_in_time_nor_in_work(
    state: str,
) -> None:
    held, not_held = (clinic_town(held=held, state=state) for held in (True, False))
    ours = [sampled(held, KNOWN, seed) for seed in range(SAMPLES)]
    others = [sampled(not_held, KNOWN, seed) for seed in range(SAMPLES, 2 * SAMPLES)]
    assert not told_apart(ours, others)
    assert {sample.text for sample in ours} == {sample.text for sample in others}


def test_the_same_moment_brings_the_same_bytes_at_the_same_time() -> None:
    for state in ("up", "slow", "down"):
        held, not_held = (clinic_town(held=h, state=state) for h in (True, False))
        assert seen(sampled(held, KNOWN, 7)) == seen(sampled(not_held, KNOWN, 7))


def test_a_clinic_that_was_asked_and_kept_quiet_would_be_told_by_its_time() -> None:
    """The control: what the test would see if silence were decided after asking."""
    held, not_held = (clinic_town(held=h, state="slow", silent=False) for h in (True, False))
    ours = [sampled(held, KNOWN, seed) for seed in range(SAMPLES)]
    others = [sampled(not_held, KNOWN, seed) for seed in range(SAMPLES, 2 * SAMPLES)]
    assert apart([s.seconds for s in ours], [s.seconds for s in others])


def test_work_alone_would_tell_too() -> None:
    """The control for work: a clinic in the open has its record read, graded and stitched."""
    held, not_held = (clinic_town(held=h, state="up", silent=False) for h in (True, False))
    ours = [sampled(held, KNOWN, seed) for seed in range(MORE_SAMPLES)]
    others = [sampled(not_held, KNOWN, seed) for seed in range(MORE_SAMPLES, 2 * MORE_SAMPLES)]
    assert apart([s.calls for s in ours], [s.calls for s in others])


def refuge_town(chance: random.Random) -> Any:
    """A shielded child, and a school that could search by a home and would take longer for it."""
    shielded = record(restricted=True)
    slow = chance.uniform(0.5, 1.0)

    async def school(asked: SourceQuestion) -> Reply:
        assert "postcode" not in asked.given
        await sleep(slow)
        return NoRecord(TODAY)

    council = LOCAL | {Claim.SHIELD_AUTHORITY}
    return [
        (file_of("spine", claims=AUTHORITY), agency(chance, [shielded])),
        (file_of("council", claims=council, says_restricted=True), agency(chance, [shielded])),
        (file_of("school", by=(BY_NUMBER, BY_HOME)), school),
    ]


def test_a_guessed_postcode_of_a_shielded_child_shows_neither_in_time_nor_in_work() -> None:
    true, wrong = ({**PERSON, "postcode": code} for code in ("ZE1 0AA", "ZE9 9ZZ"))
    ours = [sampled(refuge_town, true, seed) for seed in range(SAMPLES)]
    others = [sampled(refuge_town, wrong, seed) for seed in range(SAMPLES, 2 * SAMPLES)]
    assert not told_apart(ours, others)
    assert seen(sampled(refuge_town, true, 7)) == seen(sampled(refuge_town, wrong, 7))
    assert {sample.text for sample in ours} == {sample.text for sample in others}
