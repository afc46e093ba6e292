"""A number that was merged into another: whoever was asked by the old one is asked by the new."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.contract.contract import NoRecord, Question, Records, Reply
from adapters.contract.identifiers import NHS_NUMBER
from gateway.fanout.source_answer import Keys, SourceAnswer
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, BY_NAME, BY_NUMBER, LOCAL, MIRA, SourceFile
from tests.support.plain_questions import Lessons, PlainQuestion
from tests.support.plain_sources import file_of, record, registered
from tests.support.virtual_time import now, run, sleep

OLD = "9000000017"
NEW = MIRA["nhs"]


@dataclass
class Office:
    """Holds Mira under her new number; the demographics service knows her by the old one too."""

    after: float = 0.0
    knows_old: bool = False
    number: str = NEW
    asked: list[Mapping[str, str]] = field(default_factory=list)

    async def answer(self, question: Question) -> Reply:
        self.asked.append(question.given)
        await sleep(self.after)
        number = question.given.get(NHS_NUMBER)
        found = number == self.number or (self.knows_old and number == OLD)
        return Records((record(),)) if found else NoRecord()


def superseding(file: SourceFile) -> SourceFile:
    named = 'name = "by-number"'
    return file.with_(operations=file.operations.replace(named, f"{named}\nsupersedes = true"))


async def asked_by_old(
    spine: Office, gp: Office, *, teaches: bool = True, **more: object
) -> tuple[list[SourceAnswer], list[Mapping[str, frozenset[str]]]]:
    """What came of asking both by the old number, and what was passed on."""
    passed: list[Mapping[str, frozenset[str]]] = []

    def teach(seen: Mapping[str, SourceAnswer]) -> Mapping[str, Keys]:
        found = "spine" in seen and bool(seen["spine"].records)
        return {"gp": {NHS_NUMBER: NEW}} if found and teaches else {}

    async def pass_on(learned: Mapping[str, frozenset[str]]) -> None:
        passed.append(learned)

    by = {"by": (BY_NUMBER,), "timeout": "60s", **more}
    sources = (
        registered(superseding(file_of("spine", claims=AUTHORITY, **by)), spine.answer),
        registered(file_of("gp", claims=LOCAL, **by), gp.answer),
    )
    own = {NHS_NUMBER: OLD, "birth_date": MIRA["born"], "family_name": MIRA["family"]}
    question = PlainQuestion(
        *(sources, now() + 30, own),
        teacher=Lessons(teach, log=pass_on),
        clock=Clock(monotonic=now),
    )
    answers = [a async for a in question.answers()]
    return answers, passed


def test_an_agency_that_knew_no_such_number_is_asked_again_by_the_new_one() -> None:
    gp = Office()
    answers, passed = run(asked_by_old(Office(after=2.0, knows_old=True), gp))
    assert [given[NHS_NUMBER] for given in gp.asked] == [OLD, NEW]
    assert {a.source: bool(a.records) for a in answers} == {"spine": True, "gp": True}
    assert passed == [{"gp": frozenset({NHS_NUMBER})}]


def test_each_agency_answers_once_however_often_it_was_asked() -> None:
    answers, _ = run(asked_by_old(Office(knows_old=True), Office(after=1.0)))
    assert sorted(a.source for a in answers) == ["gp", "spine"]
    gp = next(a for a in answers if a.source == "gp")
    assert gp.attempts == 2
    assert gp.records


def test_an_agency_that_does_not_know_the_new_number_either_is_not_asked_a_third_time() -> None:
    gp = Office(number="none of hers")
    answers, _ = run(asked_by_old(Office(knows_old=True), gp))
    assert [given[NHS_NUMBER] for given in gp.asked] == [OLD, NEW]
    assert len(answers) == 2


def test_nobody_is_asked_again_when_no_number_was_merged() -> None:
    gp = Office()
    answers, passed = run(asked_by_old(Office(knows_old=True), gp, teaches=False))
    assert len(gp.asked) == 1
    assert passed == []
    assert len(answers) == 2


def test_an_agency_that_may_still_be_asked_by_name_is_asked_by_the_new_number_first() -> None:
    gp = Office()
    by = (BY_NUMBER, BY_NAME)
    answers, _ = run(asked_by_old(Office(after=2.0, knows_old=True), gp, by=by))
    assert gp.asked[-1].get(NHS_NUMBER) == NEW
    assert all(a.records for a in answers)


def test_the_demographics_service_that_never_answers_keeps_nobodys_answer_back() -> None:
    answers, _ = run(asked_by_old(Office(after=1000.0), Office()))
    assert {a.source: type(a.reply) for a in answers}["gp"] is NoRecord


def test_an_agency_outside_the_circle_is_asked_by_the_new_number_once_the_circle_spoke() -> None:
    gp, council = Office(), Office(after=3.0, knows_old=True)

    def teach(seen: Mapping[str, SourceAnswer]) -> Mapping[str, Keys]:
        return {"gp": {NHS_NUMBER: NEW}} if {"spine", "council"} <= seen.keys() else {}

    async def asked() -> list[SourceAnswer]:
        by = {"by": (BY_NUMBER,), "timeout": "60s"}
        knows = superseding(file_of("spine", claims=AUTHORITY, **by))
        question = PlainQuestion(
            (
                registered(knows, Office(after=1.0, knows_old=True).answer),
                registered(file_of("council", claims=LOCAL, **by), council.answer),
                registered(file_of("gp", claims=LOCAL, **by), gp.answer),
            ),
            now() + 30,
            {NHS_NUMBER: OLD, "birth_date": MIRA["born"], "family_name": MIRA["family"]},
            teacher=Lessons(teach),
            circle=frozenset({"spine", "council"}),
            clock=Clock(monotonic=now),
        )
        return [a async for a in question.answers()]

    found = {a.source: bool(a.records) for a in run(asked())}
    assert [given[NHS_NUMBER] for given in gp.asked] == [OLD, NEW]
    assert found == {"spine": True, "council": True, "gp": True}
