"""A screen's first second: who is waited for, who you are, and asking again, tell no secret."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

import orjson
import pytest

from adapters.contract.codes import Claim
from adapters.contract.contract import Fault, NoRecord, Records, Reply, Unavailable
from adapters.contract.contract import Question as SourceQuestion
from gateway.audit.entry.kind import AuditKind
from tests.support.agencies import AUTHORITY, LOCAL
from tests.support.gateway.whole_gateway import DEADLINE_S, TODAY, Gateway, whole_gateway
from tests.support.plain_sources import Answering, file_of, record
from tests.support.town import PRACTITIONER
from tests.support.virtual_time import now, run, sleep

MEMBER: Final = LOCAL | {Claim.SHIELD_SET}
ASKED: Final = "asked { agency { id } asked }"
ROWS: Final = "answers { agency { id } outcome detail areas ring { telephone } }"
WHOLE: Final = f"restriction {ASKED} {ROWS} child {{ restriction addresses {{ postcode }} }}"
ASK: Final = (
    "query ($known: KnownDetails!, $reason: AccessReason!, $scope: Scope)"
    " { child(known: $known, reason: $reason, scope: $scope) { %s } }"
)
AGAIN: Final = (
    "query ($known: KnownDetails!, $reason: AccessReason!, $agencies: [ID!]!)"
    " { askAgain(known: $known, reason: $reason, agencies: $agencies) { %s } }"
)
ME: Final = """
{ me { name organisation roles purposes areas { code name }
       limits { name most left endsInSeconds } } }
"""
SILENT: Final = '\n[[withhold]]\nfrom = { sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }\n'
EVERYBODY: Final = ("clinic", "mute", "notifier", "school", "spine")


class Agency:
    """An agency that holds these records, is down `times` times, and notes who it was asked for."""

    def __init__(self, *held: Any, times: int = 0, after_s: float = 0.1) -> None:
        self.held, self.times, self.after_s = held, times, after_s
        self.checks: list[bool] = []

    async def answer(self, question: SourceQuestion) -> Reply:
        await sleep(self.after_s)
        self.checks.append(question.on_behalf.shield_check)
        if len(self.checks) <= self.times:
            return Unavailable(Fault.SERVER_ERROR)
        return Records(self.held) if self.held else NoRecord(TODAY)


def town(**changed: Agency) -> tuple[Gateway, dict[str, Agency]]:
    held = {name: Agency(record()) for name in EVERYBODY} | changed
    mute, notifier = file_of("mute"), file_of("notifier", claims=LOCAL - {Claim.EFFECTS_NONE})
    files = [
        file_of("spine", claims=AUTHORITY),
        file_of("clinic", claims=MEMBER, says_restricted=True),
        file_of("school", timeout="60s"),
        mute.with_(operations=mute.operations + SILENT),
        notifier,
    ]
    sources: list[tuple[Any, Answering]] = [(file, held[file.id].answer) for file in files]
    return whole_gateway(sources), held


def child_of(answer: bytes, field: str = "child") -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(answer)["data"][field]
    return found


def ask(gateway_of: Any, query: str, agencies: Sequence[str] = (), times: int = 1) -> bytes:
    async def asked() -> bytes:
        gateway, _ = gateway_of()
        for _ in range(times - 1):
            await gateway.ask(query, agencies=agencies)
        found: bytes = await gateway.ask(query, agencies=agencies)
        return found

    return run(asked())


def test_who_is_waited_for_is_known_before_anybody_answers() -> None:
    async def first() -> tuple[float, dict[str, bool]]:
        gateway, _ = town(school=Agency(after_s=9 * DEADLINE_S))
        (question,) = (await gateway.start(ASK % ROWS)).questions
        began = now()
        found = {each.agency.id: each.asked for each in question.in_scope}
        took = now() - began
        await question.stop()
        return took, found

    everybody = dict.fromkeys(EVERYBODY, True) | {"notifier": False}
    assert run(first()) == (0.0, everybody)


def test_everybody_with_a_row_is_there_and_whoever_counts_as_asked_is_asked() -> None:
    found = child_of(ask(town, ASK % WHOLE))
    rows = {row["agency"]["id"]: row["outcome"] for row in found["answers"]}
    asked = {each["agency"]["id"]: each["asked"] for each in found["asked"]}
    assert asked.keys() == rows.keys()
    assert {a for a, given in asked.items() if not given} == {
        a for a, outcome in rows.items() if outcome in ("NOT_ASKED", "NOT_PERMITTED")
    }


def test_who_is_asked_tells_nothing_of_any_child() -> None:
    kinds = {
        "open": {},
        "restricted": {"clinic": Agency(record(restricted=True))},
        "unknown": {"clinic": Agency(times=99)},
        "held by the mute": {"mute": Agency(record())},
        "not held by the mute": {"mute": Agency()},
        "held by nobody": {name: Agency() for name in EVERYBODY},
    }
    told = {ask(lambda c=changed: town(**c), ASK % ASKED) for changed in kinds.values()}
    assert len(told) == 1


def test_who_is_heard_for_the_shield_alone_is_not_shown() -> None:
    found = child_of(ask(town, ASK % WHOLE, ["school"]))
    assert found["asked"] == [{"agency": {"id": "school"}, "asked": True}]


def test_who_did_not_answer_is_asked_again_alone_and_the_shield_anew() -> None:
    async def twice() -> tuple[dict[str, Any], dict[str, Any], Any, Any]:
        gateway, held = town(school=Agency(record(), times=1))
        first = child_of(await gateway.ask(ASK % WHOLE))
        before = {name: len(each.checks) for name, each in held.items()}
        second = child_of(await gateway.ask(AGAIN % WHOLE, agencies=["school"]), "askAgain")
        after = {name: each.checks[before[name] :] for name, each in held.items()}
        intents = [e for e in gateway.log.entries if e.kind is AuditKind.INTENT]
        return first, second, after, intents

    first, second, after, intents = run(twice())
    assert {r["agency"]["id"]: r["outcome"] for r in first["answers"]}["school"] == "UNAVAILABLE"
    assert [r["outcome"] for r in second["answers"]] == ["HAS_RECORD"]
    assert after["notifier"] == after["mute"] == []
    assert {*after["school"]} == {False}
    assert {*after["clinic"]} == {True}
    assert {*after["spine"]} == {True}
    assert [intent.detail for intent in intents] == [None, "AGAIN"]
    assert all(intent.justification and intent.case_reference for intent in intents)


@pytest.mark.parametrize("marks", ["clinic", "spine"])
def test_no_asking_again_lifts_a_shield_or_tells_who_restricts(marks: str) -> None:
    def shielded() -> Any:
        return town(**{marks: Agency(record(restricted=True))})

    for count in (1, 2):
        for some in combinations(("clinic", "mute", "school"), count):
            found = child_of(ask(shielded, AGAIN % WHOLE, some), "askAgain")
            assert found["child"] is None
            assert found["restriction"] == "UNKNOWN"
            for row in found["answers"]:
                assert row["outcome"] == "NOTHING_TO_SHARE"
                hidden = row["agency"]["id"] != "mute"
                assert (row["ring"]["telephone"] == "01632 960999") is hidden


def test_asking_again_says_the_same_whoever_restricts_her() -> None:
    told = {
        ask(lambda m=marks: town(**{m: Agency(record(restricted=True))}), AGAIN % WHOLE, ["school"])
        for marks in ("clinic", "spine")
    }
    assert len(told) == 1


def test_asking_again_has_no_effect_at_an_agency_that_would_notice() -> None:
    async def asked() -> tuple[bytes, list[bool]]:
        gateway, held = town()
        return await gateway.ask(AGAIN % WHOLE, agencies=["notifier"]), held["notifier"].checks

    answer, checks = run(asked())
    assert [row["outcome"] for row in child_of(answer, "askAgain")["answers"]] == ["NOT_ASKED"]
    assert checks == []


@pytest.mark.parametrize("agencies", [[], [f"a{n}" for n in range(11)]])
def test_asking_again_names_a_few_agencies(agencies: list[str]) -> None:
    assert ask(town, AGAIN % WHOLE, agencies) == b"VARIABLES_INVALID"


def test_asking_again_counts_as_a_question() -> None:
    async def left() -> list[int]:
        gateway, _ = town()
        found = []
        for query in (ASK % ASKED, AGAIN % ASKED):
            await gateway.ask(query, agencies=["school"])
            limits = child_of(await gateway.ask(ME), "me")["limits"]
            found.append({each["name"]: each["left"] for each in limits}["questions"])
        return found

    first, second = run(left())
    assert first - second == 1


def test_a_screen_says_who_asks_and_what_is_left() -> None:
    found = child_of(ask(town, ME), "me")
    limits = {each.pop("name"): each for each in found.pop("limits")}
    assert found == {
        "name": PRACTITIONER.user,
        "organisation": PRACTITIONER.organisation,
        "roles": ["practitioner"],
        "purposes": ["SAFEGUARDING"],
        "areas": [{"code": PRACTITIONER.areas[0], "name": "Northbrook"}],
    }
    assert limits.keys() == {"questions", "children", "break_glass"}
    assert all(each["left"] == each["most"] for each in limits.values())


def test_what_is_left_tells_nothing_of_a_child_who_was_asked_about() -> None:
    """Not whether anybody found her: else it would be told without its entry in the log."""

    async def left(**changed: Agency) -> bytes:
        gateway, _ = town(**changed)
        await gateway.ask(ASK % ASKED)
        return await gateway.ask(ME)

    nobody = {name: Agency() for name in EVERYBODY}
    shielded = {"clinic": Agency(record(restricted=True))}
    assert run(left()) == run(left(**nobody)) == run(left(**shielded))


def test_what_is_left_tells_nothing_of_colleagues() -> None:
    async def left(*, busy: bool) -> bytes:
        gateway, _ = town()
        if busy:
            await gateway.ask(ASK % ASKED)
        other = replace(PRACTITIONER, user="o.ther")
        gateway.is_now(other)
        return await gateway.ask(ME)

    assert run(left(busy=True)) == run(left(busy=False))
