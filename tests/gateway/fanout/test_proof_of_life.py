"""That a source finds nobody counts only while it is seen to find somebody."""

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim
from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Question,
    Records,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Record
from adapters.manifest.manifest import Example
from gateway.fanout.limits import CallCount
from gateway.fanout.proof_of_life import ASKED_AGAIN_S, PROOF_LASTS_S
from gateway.fanout.source_answer import CallContext, SourceAnswer
from gateway.fanout.source_call import SourceConnection
from gateway.model.clock import Clock
from tests.support.agencies import (
    AUTHORITY,
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
    TEST_CHILD,
    TEST_PERSON,
)
from tests.support.plain_sources import ON_BEHALF, file_of, record, registered
from tests.support.virtual_time import now, run, sleep

HERS: Final = {NHS_NUMBER: MIRA["nhs"], UPN: MIRA["upn"]}
NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOBODY: Final = record(TEST_CHILD)


@dataclass
class School:
    """Holds `held`, and says `instead` where that is set; `asked` and `checked` are apart."""

    held: tuple[Record, ...] = (NOBODY,)
    instead: Reply | None = None
    takes: float = 1.0
    asked: list[Question] = field(default_factory=list)
    checked: list[Question] = field(default_factory=list)

    async def ask(self, question: Question) -> Reply:
        check = question.on_behalf.test_child
        (self.checked if check else self.asked).append(question)
        await sleep(self.takes)
        if check and self.instead is not None:
            return self.instead
        numbers = set(question.given.values())
        found = tuple(r for r in self.held if numbers & {i.value for i in r.identifiers})
        return Records(found) if found else NoRecord(NOON)

    async def aclose(self) -> None:
        """Nothing is open."""

    def connection(self, by: tuple[Any, ...] = (BY_NUMBER,), **more: Any) -> SourceConnection:
        source = registered(file_of("school", by=by, timeout="60s", **more), self.ask)
        adapter = replace(source.adapter, source=self)
        clock = Clock(now=lambda: NOON, monotonic=now)
        return SourceConnection(replace(source, adapter=adapter), clock, lambda: 0.5)


async def asks(
    school: SourceConnection, keys: Mapping[str, str] = HERS, for_s: float = 100.0
) -> SourceAnswer:
    asking = CallContext(frozenset({"names"}), ON_BEHALF, now() + for_s)
    return await school.ask(keys, asking, None, CallCount())


def test_a_school_that_finds_its_test_child_proves_that_it_does_not_hold_another() -> None:
    school = School()
    answered = run(asks(school.connection()))
    assert answered.conclusive
    (check,) = school.checked
    assert check.given == {NHS_NUMBER: TEST_CHILD["nhs"]}
    assert check.on_behalf == replace(ON_BEHALF, test_child=True)
    assert answered.attempts == 1


@pytest.mark.parametrize("instead", [NoRecord(), TooMany(), Records((record(),)), Records(())])
def test_a_school_that_does_not_find_its_test_child_proves_nothing(instead: Reply) -> None:
    answered = run(asks(School(instead=instead).connection()))
    assert (answered.empty, answered.conclusive) == (True, False)


@pytest.mark.parametrize("instead", [Unavailable(Fault.BUSY), Malformed("json")])
def test_a_check_that_fails_proves_nothing_and_takes_nothing_back(instead: Reply) -> None:
    school = School()

    async def main() -> list[bool]:
        connection, said = school.connection(), []
        said.append((await asks(connection)).conclusive)
        school.instead = instead
        for wait_s in (ASKED_AGAIN_S, PROOF_LASTS_S):
            await sleep(wait_s)
            said.append((await asks(connection)).conclusive)
        return said

    assert run(main()) == [True, True, False]


def test_everybody_who_waits_shares_one_check_and_the_next_hour_needs_none() -> None:
    school = School()

    async def main() -> list[SourceAnswer]:
        connection = school.connection()
        together = await asyncio.gather(*(asks(connection) for _ in range(9)))
        return [*together, await asks(connection)]

    assert all(answered.conclusive for answered in run(main()))
    assert len(school.checked) == 1


def test_a_school_that_loses_everybody_is_noticed_within_the_hour_and_asked_seldom() -> None:
    school = School()

    async def main() -> list[bool]:
        connection, said = school.connection(), []
        said.append((await asks(connection)).conclusive)
        school.held = ()
        await sleep(ASKED_AGAIN_S)
        said += [(await asks(connection)).conclusive for _ in range(20)]
        return said

    assert run(main()) == [True, *[False] * 20]
    assert len(school.checked) == 2  # one before, and one in the half minute of the twenty


def test_a_child_found_for_certain_is_a_proof_for_a_day_where_nobody_is_listed() -> None:
    school = School(held=(record(),))
    person: dict[str, str] = {}

    async def main() -> list[bool]:
        connection, said = school.connection(test_person=person), []
        other = {NHS_NUMBER: TEST_CHILD["nhs"]}
        said.append((await asks(connection, other)).conclusive)
        found = await asks(connection)
        connection.confirm(found, [])
        said.append((await asks(connection, other)).conclusive)
        connection.confirm(found, found.records)
        for wait_s in (0.0, PROOF_LASTS_S - 60.0, 60.0):
            await sleep(wait_s)
            said.append((await asks(connection, other)).conclusive)
        return said

    assert run(main()) == [False, False, True, True, False]
    assert school.checked == []


def test_a_child_found_does_not_stand_for_a_test_child_who_was_not() -> None:
    school = School(held=(record(),))

    async def main() -> bool:
        connection = school.connection()
        other = {NHS_NUMBER: "9000000017"}
        await asks(connection, other)
        found = await asks(connection)
        connection.confirm(found, found.records)
        return (await asks(connection, other)).conclusive

    assert run(main()) is False


def test_who_finds_by_one_number_and_not_by_the_other_proves_nothing_by_both() -> None:
    unnumbered = replace(NOBODY, identifiers=NOBODY.identifiers[:1])
    school = School(held=(unnumbered,))
    connection = school.connection((BY_NUMBER, BY_UPN))

    async def main() -> tuple[bool, bool]:
        by_both = await asks(connection)
        by_one = await asks(connection, {NHS_NUMBER: MIRA["nhs"]})
        return by_both.conclusive, by_one.conclusive

    assert run(main()) == (False, True)


def test_a_source_that_reading_may_change_is_never_asked_for_a_test_child() -> None:
    school = School()
    answered = run(asks(school.connection(claims=LOCAL - {Claim.EFFECTS_NONE})))
    assert (answered.conclusive, school.checked) == (False, [])


def test_one_of_the_shield_set_says_nothing_by_finding_nobody_until_it_is_seen_to_find() -> None:
    said = {}
    for name, held in {"finds": (NOBODY,), "finds nobody": ()}.items():
        claims = AUTHORITY - {Claim.CONCLUSIVE, Claim.SHIELD_AUTHORITY} | {Claim.SHIELD_SET}
        answered = run(asks(School(held=held).connection(claims=claims)))
        said[name] = answered.unproven
    assert said == {"finds": False, "finds nobody": True}


def test_a_check_that_takes_too_long_leaves_the_question_its_answer() -> None:
    school = School(takes=6.0)
    answered = run(asks(school.connection(), for_s=10.0))
    assert (answered.empty, answered.conclusive) == (True, False)


def test_the_agencys_own_test_record_is_asked_for_where_the_operator_lists_nobody() -> None:
    school = School()
    listed = run_with_example(school, live=True, number=TEST_CHILD["nhs"])
    assert listed.conclusive
    assert [q.given for q in school.checked] == [{NHS_NUMBER: TEST_PERSON[NHS_NUMBER]}]


@pytest.mark.parametrize(("live", "number"), [(False, TEST_CHILD["nhs"]), (True, "4010232137")])
def test_a_recorded_example_or_a_number_that_may_be_somebodys_is_not(
    live: bool,  # noqa: FBT001
    number: str,
) -> None:
    school = School()
    assert not run_with_example(school, live=live, number=number).conclusive
    assert school.checked == []


def run_with_example(school: School, *, live: bool, number: str) -> SourceAnswer:
    said = f'operation = "by-number"\ngiven = {{ nhs_number = "{number}" }}\nreply = "r.json"'
    example = Example.model_validate({**tomllib.loads(said), "live": live})
    connection = school.connection(test_person={})
    manifest = connection.source.manifest.model_copy(update={"example": (example,)})
    source = replace(connection.source, manifest=manifest)
    clock = Clock(now=lambda: NOON, monotonic=now)
    return run(asks(SourceConnection(source, clock, lambda: 0.5)))
