"""No source that is wrong of everybody passes for one that works: not in a row, nor for the shield.

Every agency here holds Mira or does not, and its system says so or is ill of everybody alike.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Claim
from adapters.contract.contract import NoRecord, Question, Records, Reply
from adapters.contract.identifiers import NHS_NUMBER, UPN
from gateway.fanout import proof_of_life
from gateway.fanout.proof_of_life import ProofOfLife
from gateway.fanout.source_answer import SourceAnswer
from gateway.questions import findings
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
    TEST_CHILD,
    TEST_PERSON,
    SourceFile,
)
from tests.support.gateway.whole_gateway import TODAY, whole_gateway
from tests.support.plain_sources import file_of, record
from tests.support.samples import examples
from tests.support.town import QUERY
from tests.support.virtual_time import run
from tests.support.worlds import STRANGER

KNOWN: Final = {"nhsNumber": MIRA["nhs"], "upn": MIRA["upn"], "birthDate": MIRA["born"]}
MEMBER: Final = LOCAL | {Claim.SHIELD_SET}
WAYS: Final = ((BY_NUMBER,), (BY_UPN,), (BY_NUMBER, BY_UPN), (BY_NUMBER, BY_UPN, BY_NAME))
KEYS: Final = (NHS_NUMBER, UPN)


@dataclass(frozen=True)
class Holder:
    """An agency that holds Mira or not; its system finds nobody by the keys that it is `blind` by.

    Where it is `listed`, it holds a test child, and the operator lists her. One that is `confused`
    answers about her with a stranger's record, and finds nobody else.
    """

    name: str
    claims: frozenset[Claim]
    by: tuple[Any, ...]
    holds: bool
    restricts: bool
    blind: frozenset[str]
    listed: bool
    confused: bool = False

    @property
    def file(self) -> SourceFile:
        """The source as it is joined."""
        file = file_of(self.name, claims=self.claims, by=self.by, says_restricted=True)
        person = TEST_PERSON if self.listed else {}
        return file.with_(finds_test_child=False, test_person=person)

    async def answer(self, question: Question) -> Reply:
        """Search by everything that was given."""
        if self.blind & {*question.given} or (self.blind and "family_name" in question.given):
            return NoRecord(TODAY)
        if self.confused:
            told = question.on_behalf.test_child
            return Records((record(STRANGER),), TODAY) if told else NoRecord(TODAY)
        held = [record(TEST_CHILD, restricted=False)] if self.listed else []
        held += [record(restricted=self.restricts)] if self.holds else []
        asked = {question.given[key] for key in KEYS if key in question.given}
        found = tuple(one for one in held if asked & {i.value for i in one.identifiers})
        return Records(found, TODAY) if found else NoRecord(TODAY)

    @property
    def is_ill(self) -> bool:
        """Whether one of the numbers that it is asked by finds nobody at all."""
        return self.confused or bool(
            self.blind & {key for key in KEYS if any(key in by[1] for by in self.by)}
        )


HOLDERS: Final = st.lists(
    st.builds(
        Holder,
        name=st.just(""),
        claims=st.sampled_from((LOCAL, MEMBER, AUTHORITY)),
        by=st.sampled_from(WAYS),
        holds=st.booleans(),
        restricts=st.booleans(),
        blind=st.sets(st.sampled_from(KEYS)).map(frozenset),
        listed=st.booleans(),
        confused=st.booleans(),
    ),
    min_size=1,
    max_size=3,
).map(lambda every: tuple(replace(one, name=f"a{n}") for n, one in enumerate(every)))


def answer_of(*holders: Holder) -> dict[str, Any]:
    """What a practitioner is told of Mira."""

    async def main() -> bytes:
        return await whole_gateway([(one.file, one.answer) for one in holders]).ask(QUERY, KNOWN)

    told: dict[str, Any] = json.loads(run(main()))
    assert "errors" not in told or not told["errors"], told
    found: dict[str, Any] = told["data"]["child"]
    return found


def rows_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Each agency's outcome."""
    return {row["agency"]["id"]: row["outcome"] for row in answer["answers"]}


def held_to(*holders: Holder) -> None:
    """The law."""
    answer = answer_of(*holders)
    rows, restriction = rows_of(answer), (answer["child"] or {}).get("restriction")
    for one in holders:
        if one.is_ill or not one.listed:
            assert rows[one.name] != "NO_RECORD", one
        if one.holds:
            assert rows[one.name] != "NO_RECORD", one
    if any(one.is_ill and rows[one.name] != "HAS_RECORD" for one in holders):
        assert not answer["completeness"]["complete"]
    marked = [one for one in holders if one.holds and one.restricts and one.claims != LOCAL]
    unseen = [one for one in holders if one.is_ill and one.claims != LOCAL]
    if marked or unseen:
        assert restriction != "NONE_KNOWN"


@settings(max_examples=examples(60), deadline=None)
@given(HOLDERS)
def test_whoever_finds_nobody_proves_nothing_and_clears_nobody(holders: tuple[Holder, ...]) -> None:
    held_to(*holders)


WELL: Final = Holder("a0", AUTHORITY, WAYS[2], True, False, frozenset(), True)  # noqa: FBT003


def test_whoever_finds_its_test_child_is_believed_as_before() -> None:
    elsewhere = replace(WELL, name="a1", holds=False)
    member = replace(elsewhere, name="a2", claims=MEMBER)
    answer = answer_of(WELL, elsewhere, member)
    assert rows_of(answer) == {"a0": "HAS_RECORD", "a1": "NO_RECORD", "a2": "NO_RECORD"}
    assert answer["child"]["restriction"] == "NONE_KNOWN"
    assert answer["completeness"]["complete"] is True


async def _believed(*_: Any) -> bool:
    return True


def _empty_is_enough(self: SourceAnswer) -> bool:
    return self.empty and bool(self.absent)


def _whole_is_enough(answered: SourceAnswer | None) -> bool:
    return answered is not None and answered.whole


@pytest.mark.parametrize(
    ("where", "name", "planted"),
    [
        (ProofOfLife, "stands", _believed),
        (SourceAnswer, "conclusive", property(_empty_is_enough)),
        (findings, "_answered", _whole_is_enough),
        (proof_of_life, "_bears", lambda *_: True),
    ],
)
def test_a_gateway_that_believes_too_soon_is_found_out(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, planted: Any
) -> None:
    monkeypatch.setattr(where, name, planted)
    with pytest.raises(AssertionError):
        tried()


def tried() -> None:
    for one in WITNESSES:
        held_to(*one)


NOBODY_AT_ALL: Final = replace(WELL, name="a1", blind=frozenset(KEYS))
BY_ONE_KEY: Final = replace(WELL, name="a1", blind=frozenset({UPN}), holds=False)
MUTE_MEMBER: Final = replace(NOBODY_AT_ALL, claims=MEMBER - {Claim.CONCLUSIVE}, restricts=True)
CONFUSED: Final = replace(WELL, name="a1", confused=True)
ILL: Final = (NOBODY_AT_ALL, BY_ONE_KEY, MUTE_MEMBER, CONFUSED)
WITNESSES: Final = tuple((WELL, one) for one in ILL)
