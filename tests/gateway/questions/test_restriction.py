"""The restriction comes before what hangs on it, and its moment tells nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any, Final

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Claim
from adapters.contract.contract import Fault, NoRecord, Records, Reply, Unavailable
from adapters.contract.contract import Question as SourceQuestion
from gateway.audit.entry.kind import AuditKind
from gateway.questions.question import RunningQuestion
from gateway.questions.shield.state import ShieldState
from resolvers.child.child import Restriction
from resolvers.outcome import Outcome
from tests.support.agencies import AUTHORITY, BY_NUMBER, BY_UPN, LOCAL
from tests.support.gateway.whole_gateway import DEADLINE_S, TODAY, Gateway, whole_gateway
from tests.support.plain_sources import Answering, file_of, record
from tests.support.virtual_time import now, run, sleep
from tests.support.worlds import AGREEING, OTHER_UPN, QUARRELSOME, Holding, Told, holdings, told

OF_THE_SET: Final = {"claims": LOCAL | {Claim.SHIELD_SET}, "says_restricted": True}
# By the NHS number, which is told, alone; or by the UPN too, which nobody tells: then a member is
# asked by the UPN that its own file bears, and may have a marked one under it.
BY_TOLD: Final = (BY_NUMBER,)
BY_MORE: Final = (BY_NUMBER, BY_UPN)
ways: Final = pytest.mark.parametrize(
    "way", [BY_TOLD, BY_MORE], ids=["by the told number", "by a further number too"]
)
Way = tuple[Any, ...]
ASK: Final = """
query ($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    restriction child { restriction } answers { agency { id } outcome involvements { role } }
  }
}
"""
IN_PARTS: Final = ASK.replace("answers {", "answers @stream {")
Event = tuple[float, bytes]  # seconds to a hundredth, and what came


def holder(*held: Any, after_s: float = 0.1, fault: Fault | None = None) -> Answering:
    async def answer(_: SourceQuestion) -> Reply:
        await sleep(after_s)
        if fault is not None:
            return Unavailable(fault)
        return Records(tuple(held)) if held else NoRecord(TODAY)

    return answer


def town(
    spine: Answering,
    clinic: Answering,
    council: Answering,
    school: Answering,
    *,
    way: Way = BY_TOLD,
) -> Gateway:
    return whole_gateway(
        [
            (file_of("spine", claims=AUTHORITY), spine),
            (file_of("clinic", **OF_THE_SET, by=way, timeout="60s"), clinic),
            (file_of("council", **OF_THE_SET, by=way, timeout="60s"), council),
            (file_of("school"), school),
        ]
    )


async def events(gateway: Gateway, agencies: tuple[str, ...] = ()) -> list[Event]:
    """What a screen is told, each with its second: restriction, rows, child."""
    (question,) = (await gateway.start(IN_PARTS, agencies=agencies)).questions
    began, told_so_far = now(), list[Event]()

    async def restriction() -> None:
        said = await question.restriction()
        told_so_far.append((round(now() - began, 2), said.encode()))

    async def rows() -> None:
        async for row in question.rows(as_they_arrive=True):
            kept = replace(row, released=frozenset())  # for the log
            told_so_far.append((round(now() - began, 2), repr(kept).encode()))

    async def child() -> None:
        whole = await question.whole()
        state = whole.child.restriction if whole.child else None
        told_so_far.append((round(now() - began, 2), repr((state, whole.completeness)).encode()))

    await asyncio.gather(restriction(), rows(), child())
    await question.stop()
    return told_so_far


def seen(gateway: Callable[[], Gateway]) -> list[Event]:
    async def ask() -> list[Event]:
        return await events(gateway())

    return run(ask())


MARKED, PLAIN = record(restricted=True), record()


def by(marked: str, way: Way) -> list[Event]:
    """The events where this member, or both, says that she is restricted."""
    clinic = MARKED if marked in ("clinic", "both") else PLAIN
    council = MARKED if marked in ("council", "both") else PLAIN
    return seen(
        lambda: town(
            holder(PLAIN),
            holder(clinic, after_s=0.2),
            holder(council, after_s=1.5),
            holder(PLAIN, after_s=0.3),
            way=way,
        )
    )


@ways
def test_whoever_restricts_her_the_same_bytes_come_at_the_same_moment(way: Way) -> None:
    clinic, council, both = (by(marked, way) for marked in ("clinic", "council", "both"))
    assert clinic == council == both
    assert clinic[0] == (1.5 if way is BY_TOLD else DEADLINE_S, b"RESTRICTED")


@ways
def test_the_restriction_of_nobody_comes_no_sooner_than_the_whole_set_has_answered(
    way: Way,
) -> None:
    first, *later = by("nobody", way)
    assert first == (1.5 if way is BY_TOLD else 3.0, b"NONE_KNOWN")
    assert all(second >= first[0] for second, _ in later)


@ways
@pytest.mark.parametrize("speaks", ["clinic", "council"])
def test_a_member_that_says_restricted_while_another_hangs_is_not_heard_before_the_deadline(
    speaks: str, way: Way
) -> None:
    hung = holder(PLAIN, after_s=9 * DEADLINE_S)
    marks = {"clinic": hung, "council": hung, speaks: holder(MARKED, after_s=0.2)}
    first, *_ = seen(lambda: town(holder(PLAIN), **marks, school=holder(PLAIN), way=way))
    assert first == (DEADLINE_S - (0.2 if way is BY_TOLD else 0.0), b"RESTRICTED")


HELD_INSIDE: Final = (
    holder(),
    *(holder(record(restricted=each, upn=upn)) for each in (False, True) for upn in (False, True)),
    holder(PLAIN, record(OTHER_UPN, restricted=True)),
    holder(fault=Fault.SERVER_ERROR),
)


def nobody(way: Way, held: Answering, *others: Any) -> list[Event]:
    """The events where no agency that may be shown has her."""
    member = file_of("clinic", **OF_THE_SET, by=way)
    return seen(lambda: whole_gateway([(member, held), *others, (file_of("school"), holder())]))


@ways
def test_a_child_whom_nobody_shows_is_unknown_whatever_is_held_inside(way: Way) -> None:
    """Nor does the moment tell: whatever comes inside comes within half the time."""
    absent, *others = (nobody(way, held) for held in HELD_INSIDE)
    assert all(events == absent for events in others)
    assert {second for second, _ in absent} == {DEADLINE_S / 2}
    assert [said for _, said in absent if said in (b"RESTRICTED", b"UNKNOWN")] == [b"UNKNOWN"]


@pytest.mark.parametrize("held", HELD_INSIDE)
def test_who_is_not_heard_by_half_the_time_holds_such_an_answer_until_the_deadline(
    held: Answering,
) -> None:
    hung = file_of("hung", **OF_THE_SET, by=BY_TOLD, timeout="60s")
    never = holder(after_s=9 * DEADLINE_S)
    assert {second for second, _ in nobody(BY_MORE, held, (hung, never))} == {DEADLINE_S}


def test_an_answer_that_leaves_once_the_set_has_spoken_would_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ShieldState, "_shows_nobody", lambda *_: False)
    absent, marked = (nobody(BY_MORE, held) for held in (holder(), holder(MARKED)))
    assert (absent[0][0], marked[0][0]) == (0.1, DEADLINE_S)


def test_a_restriction_told_alone_is_in_the_log_by_its_name() -> None:
    alone = ASK.replace("child { restriction } answers { agency { id } outcome", "").replace(
        "involvements { role } }", ""
    )

    async def logged() -> list[str | None]:
        gateway = town(*(holder(PLAIN) for _ in range(4)))
        await gateway.ask(alone)
        return [e.detail for e in gateway.log.entries if e.kind is AuditKind.RELEASE]

    assert run(logged()) == ["RESTRICTION"]


def test_the_answer_says_the_same_as_its_child() -> None:
    async def asked() -> dict[str, Any]:
        gateway = town(*(holder(PLAIN) for _ in range(4)))
        found: dict[str, Any] = orjson.loads(await gateway.ask(ASK))["data"]["child"]
        return found

    answer = run(asked())
    assert answer["restriction"] == answer["child"]["restriction"] == "NONE_KNOWN"


def out_of_order(one: Told) -> list[str]:
    """The agencies whose rows hang on the restriction and came before it."""
    early = [row for row in one.streamed if row.agency.id in one.before]
    free = [r for r in early if r.agency.national and r.outcome is not Outcome.HAS_RECORD]
    return [row.agency.id for row in early if row not in free and row.attempts]


def amiss(one: Told) -> bool:
    child = one.whole.child
    right = child.restriction if child else Restriction.UNKNOWN
    return one.restriction is not right or bool(out_of_order(one))


WORLDS: Final = st.one_of(holdings(*AGREEING), holdings(*AGREEING, *QUARRELSOME))


@settings(max_examples=80)
@given(WORLDS)
def test_in_any_world_it_is_the_childs_and_before_what_hangs_on_it(
    world: tuple[Holding, ...],
) -> None:
    assert not amiss(run(told(world, restriction_first=True)))


async def narrow() -> list[Event]:
    """Of two local agencies alone, with demographics heard for the shield only."""
    gateway = whole_gateway(
        [
            (file_of("spine", claims=AUTHORITY), holder(PLAIN)),
            (file_of("gp"), holder(PLAIN, after_s=0.8)),
            (file_of("school", by=(BY_NUMBER,)), holder(after_s=0.3)),
        ]
    )
    return await events(gateway, agencies=("gp", "school"))


def test_rows_of_a_narrow_scope_wait_until_it_is_said_that_she_is_open() -> None:
    (first, said), *later = run(narrow())
    assert (first, said) == (0.8, b"NONE_KNOWN")
    assert [second for second, _ in later] == [0.8] * 3


def test_rows_that_do_not_wait_would_come_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started = RunningQuestion.start

    def unordered(question: RunningQuestion) -> None:
        question._asked = replace(question._asked, restriction_first=False)  # noqa: SLF001
        started(question)

    monkeypatch.setattr(RunningQuestion, "start", unordered)
    first, *_ = run(narrow())
    assert first[0] == 0.3
    assert b"school" in first[1]


async def unfound() -> list[Event]:
    gateway = whole_gateway(
        [
            (file_of("spine", claims=AUTHORITY), holder(PLAIN)),
            (file_of("school"), holder(after_s=0.3)),
        ]
    )
    return await events(gateway, agencies=("school",))


def test_who_is_found_only_inside_is_not_told_to_be_open() -> None:
    assert run(unfound())[0] == (0.3, b"UNKNOWN")


def test_a_restriction_of_somebody_who_is_not_shown_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RunningQuestion, "_is_shown", True)
    assert run(unfound())[0] == (0.1, b"NONE_KNOWN")


@ways
def test_every_scope_and_speed_tells_the_same_of_a_restricted_child(way: Way) -> None:
    """No speed of a member, nor what it says, shows in what comes before the last of them."""
    for slow, marked in product((0.1, 1.0), ("clinic", "council")):
        members = {"clinic": slow, "council": 1.1 - slow}
        held = {name: MARKED if name == marked else PLAIN for name in members}
        clinic, council = (holder(held[name], after_s=after) for name, after in members.items())
        first, *_ = seen(
            lambda a=clinic, b=council: town(holder(PLAIN), a, b, holder(PLAIN), way=way)  # type: ignore[misc]
        )
        spoke = max(members.values()) if way is BY_TOLD else DEADLINE_S
        assert first == (spoke, b"RESTRICTED")
