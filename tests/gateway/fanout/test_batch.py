"""Who may go in one call: one person for one reason, at once, and never where a child is at stake.

Without sockets, in virtual time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from adapters.contract.codes import AbuseCategory, Claim, Purpose
from adapters.contract.contract import (
    Adapter,
    Fault,
    Malformed,
    NoRecord,
    Question,
    Records,
    Reply,
    Unavailable,
    Unread,
)
from gateway.fanout.coalesce import AccessRight
from gateway.fanout.limits import CallCount
from gateway.fanout.source_answer import CallContext, SourceAnswer
from gateway.fanout.source_call import SourceConnection
from gateway.model.clock import Clock
from gateway.model.inquiry import Reason, SignificantHarm
from tests.support.agencies import LOCAL, MIRA, TEST_CHILD
from tests.support.plain_sources import ON_BEHALF, file_of, record, registered
from tests.support.town import PRACTITIONER
from tests.support.virtual_time import now, run, sleep

RIGHT: Final = AccessRight(PRACTITIONER, Reason(Purpose.SAFEGUARDING, "worried", "C-1"), "p-1")
ANN, BEA, CAT = "9990000018", "9990000026", "9990000034"
NOBODY: Final = TEST_CHILD["nhs"]
DOWN: Final = Unavailable(Fault.CONNECTION)
FOUND: Final = Records((record(MIRA),))
RETRY: Final = 'retry = { max = 1, on = ["connection"] }'


@dataclass(slots=True)
class Council:
    """Answers NO_RECORD, or as told; `calls` are the numbers of each call, `ended` those ended.

    `at_once` are the most that it is asked about in one call; `finds` says of whom it would say
    that she is its test child.
    """

    reply: Callable[[str], Reply] = lambda _: NoRecord()
    takes: float = 1.0
    calls: list[list[str]] = field(default_factory=list)
    ended: int = 0
    at_once: int = 3
    finds: Callable[[str], bool] = lambda _: True

    async def ask(self, question: Question) -> Reply:
        if question.on_behalf.test_child:
            return Records((record(TEST_CHILD),))
        return (await self.ask_many((question,)))[0]

    async def ask_many(self, questions: tuple[Question, ...]) -> tuple[Reply, ...]:
        numbers = [question.given["nhs_number"] for question in questions]
        self.calls.append(numbers)
        await sleep(self.takes)
        self.ended += 1
        return tuple(map(self._said, questions))

    def _said(self, question: Question) -> Reply:
        number = question.given["nhs_number"]
        if question.on_behalf.test_child and self.finds(number):
            return Records((record(TEST_CHILD),))
        return self.reply(number)

    async def aclose(self) -> None:
        """Nothing is open."""

    def line(self, *, sensitive: bool = False, **more: Any) -> SourceConnection:
        source = registered(file_of("council", **more), self.ask)
        (by_number, *_) = source.adapter.operations
        card = replace(by_number, at_once=self.at_once)
        table = source.manifest.source.model_copy(update={"sensitive": sensitive})
        manifest = source.manifest.model_copy(update={"source": table})
        adapter = Adapter(self, (card,), several=self)
        line_of = replace(source, adapter=adapter, manifest=manifest)
        return SourceConnection(line_of, Clock(monotonic=now), lambda: 1.0)


def asking(
    line: SourceConnection, number: str, right: AccessRight | None = RIGHT
) -> asyncio.Task[SourceAnswer]:
    asked = CallContext(frozenset({"names"}), ON_BEHALF, 60.0, right)
    return asyncio.ensure_future(line.ask({"nhs_number": number}, asked, None, CallCount()))


def asked(council: Council, *numbers: str, rights: Any = (RIGHT,), **more: Any) -> list[Reply]:
    async def main() -> list[Reply]:
        line = council.line(**more)
        each = [asking(line, n, r) for n, r in zip(numbers, [*rights] * 9, strict=False)]
        return [answered.reply for answered in await asyncio.gather(*each)]

    return run(main())


def test_children_asked_about_at_once_go_in_as_few_calls_as_the_agency_takes() -> None:
    council = Council()
    assert asked(council, ANN, BEA, CAT) == [NoRecord()] * 3
    assert council.calls == [[ANN, BEA, NOBODY], [CAT]]


@pytest.mark.parametrize(
    "more",
    [
        {"claims": LOCAL - {Claim.EFFECTS_NONE}},
        {"claims": LOCAL | {Claim.SHIELD_AUTHORITY}},
        {"sensitive": True},
        {"rights": (None,)},
        {"rights": (RIGHT, replace(RIGHT, policy="p-2"))},
        {"rights": (RIGHT, replace(RIGHT, caller=replace(PRACTITIONER, user="else")))},
        {"rights": (RIGHT, replace(RIGHT, reason=Reason(Purpose.SAFEGUARDING, "else", "C-1")))},
        {"rights": (replace(RIGHT, reason=replace(RIGHT.reason, break_glass="grant")),)},
        {
            "rights": (
                replace(
                    RIGHT,
                    reason=replace(
                        RIGHT.reason,
                        significant_harm=SignificantHarm(AbuseCategory.NEGLECT, "bruises"),
                    ),
                ),
            )
        },
    ],
)
def test_some_are_asked_about_alone_however_many_come(more: dict[str, Any]) -> None:
    council = Council()
    asked(council, ANN, BEA, **more)
    assert sorted(council.calls) == [[ANN], [BEA]]


def test_who_is_in_no_answer_that_lacks_the_test_child_is_asked_about_alone() -> None:
    council = Council(finds=lambda _: False)
    assert asked(council, ANN, BEA) == [NoRecord()] * 2
    assert council.calls == [[ANN, BEA, NOBODY], [ANN], [BEA]]


def test_without_room_for_a_test_child_the_last_who_was_found_shows_how_far_to_believe() -> None:
    council = Council(lambda number: FOUND if number == BEA else NoRecord(), at_once=2)
    assert asked(council, ANN, BEA) == [NoRecord(), FOUND]
    assert council.calls == [[ANN, BEA]]
    turned = Council(lambda number: FOUND if number == ANN else NoRecord(), at_once=2)
    assert asked(turned, ANN, BEA) == [FOUND, NoRecord()]
    assert turned.calls == [[ANN, BEA], [BEA]]


def test_a_system_that_finds_children_together_only_is_not_believed_alone() -> None:
    """It has no test child, and says of each that is asked for alone that she is not there."""
    council = Council(
        lambda number: FOUND if number == BEA and len(council.calls[-1]) > 1 else NoRecord()
    )

    async def main() -> list[bool]:
        line = council.line(test_person={})
        first = await asyncio.gather(asking(line, ANN), asking(line, BEA))
        line.confirm(first[1], [record({**MIRA, "nhs": BEA})])
        return [each.conclusive for each in (first[0], await asking(line, CAT))]

    assert run(main()) == [False, False]


def test_one_childs_bad_answer_is_no_fault_of_the_others_nor_asked_again() -> None:
    council = Council(lambda number: DOWN if number == ANN else NoRecord())
    assert asked(council, ANN, BEA, limits=RETRY) == [DOWN, NoRecord()]
    assert council.calls == [[ANN, BEA, NOBODY]]


@pytest.mark.parametrize(
    "left_out",
    [NoRecord(whole=False, unread=Unread.TOGETHER), Malformed("batch"), Malformed("cut")],
)
def test_who_is_left_out_of_an_answer_about_several_is_asked_about_alone(left_out: Reply) -> None:
    council = Council(
        lambda number: left_out if number == BEA and len(council.calls) == 1 else NoRecord()
    )
    assert asked(council, ANN, BEA) == [NoRecord(), NoRecord()]
    assert council.calls == [[ANN, BEA, NOBODY], [BEA]]


def test_what_an_answer_about_several_does_say_is_kept_where_alone_nothing_comes() -> None:
    part = Records((), whole=False, unread=Unread.TOGETHER)
    council = Council(lambda _: part if len(council.calls) == 1 else DOWN)
    assert asked(council, ANN, BEA) == [part, part]
    assert council.calls == [[ANN, BEA, NOBODY], [ANN], [BEA]]


def test_a_call_that_failed_whole_is_made_once_more_as_the_manifest_says() -> None:
    council = Council(lambda _: DOWN, finds=lambda _: False)
    assert asked(council, ANN, BEA, limits=RETRY) == [DOWN, DOWN]
    assert council.calls == [[ANN, BEA, NOBODY]] * 2


def test_a_call_takes_one_turn_of_the_rate() -> None:
    council = Council(takes=0.0)
    assert asked(council, ANN, BEA, rate="1/m", concurrency=1) == [NoRecord()] * 2


def test_an_adapter_that_fails_fails_for_each() -> None:
    def broken(_: str) -> Reply:
        raise ValueError

    assert asked(Council(broken), ANN, BEA) == [Malformed("adapter")] * 2


@pytest.mark.parametrize(("gone", "ended"), [((0,), 1), ((0, 1), 0)])
def test_a_call_goes_on_until_nobody_waits_for_it(gone: tuple[int, ...], ended: int) -> None:
    council = Council()

    async def main() -> list[Any]:
        line = council.line()
        both = [asking(line, ANN), asking(line, BEA)]
        await sleep(0.5)
        for place in gone:
            both[place].cancel()
        return await asyncio.gather(*both, return_exceptions=True)

    found = run(main())
    assert [isinstance(each, SourceAnswer) for each in found] == [n not in gone for n in (0, 1)]
    assert council.ended == ended


def test_who_goes_away_before_the_call_began_spoils_it_for_nobody_later() -> None:
    council = Council()

    async def main() -> Reply:
        line = council.line()
        first = asking(line, ANN)
        while not council.calls and not first.done():
            await asyncio.sleep(0)
            first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return (await asking(line, BEA)).reply

    assert run(main()) == NoRecord()
