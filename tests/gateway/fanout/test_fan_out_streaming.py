"""Each row comes as soon as it is settled, and not before a shield could have hidden it."""

from typing import Any

from adapters.contract.codes import Claim
from adapters.contract.contract import Fault, Reply, Unavailable
from adapters.contract.record import Record
from resolvers.child.child import Restriction
from resolvers.outcome import Outcome
from tests.support.agencies import AUTHORITY, BY_NUMBER, LOCAL, NATIONAL
from tests.support.plain_sources import file_of, record
from tests.support.virtual_time import run
from tests.support.worlds import DEADLINE_S, Holding, told

COUNCIL = LOCAL | {Claim.SHIELD_AUTHORITY}
DOWN = Unavailable(Fault.CONNECTION)


def agency(
    name: str,
    claims: frozenset[Claim],
    *held: Record,
    after: float = 0.0,
    failure: Reply | None = None,
    **more: Any,
) -> Holding:
    details = {"by": (BY_NUMBER,), "timeout": "60s"} | more
    return Holding(file_of(name, claims=claims, **details), held, failure, after)


def test_a_quick_agencys_row_does_not_wait_for_a_slow_one() -> None:
    answer = run(
        told(
            (
                agency("spine", AUTHORITY, record()),
                agency("school", LOCAL, record(), after=1),
                agency("police", LOCAL, record(), after=1000),
            )
        )
    )
    assert (answer.at["spine"], answer.at["school"]) == (0.0, 1.0)
    assert 0.9 * DEADLINE_S < answer.at["police"] <= DEADLINE_S


def test_a_locating_row_waits_for_the_shield_authorities() -> None:
    answer = run(
        told(
            (
                agency("spine", AUTHORITY, record()),
                agency("school", LOCAL, record()),
                agency("council", COUNCIL, record(restricted=True), after=3),
            )
        )
    )
    assert answer.at["school"] == 3.0
    assert {row.outcome for row in answer.streamed if not row.agency.national} == {
        Outcome.NOTHING_TO_SHARE
    }


def test_a_locating_row_waits_for_whoever_else_may_say_that_the_child_is_shielded() -> None:
    answer = run(
        told(
            (
                agency("spine", AUTHORITY, record()),
                agency("school", LOCAL, record()),
                agency("clinic", LOCAL, record(restricted=True), after=3, says_restricted=True),
            )
        )
    )
    rows = {row.agency.id: row for row in answer.streamed}
    assert rows["school"].outcome is Outcome.NOTHING_TO_SHARE
    assert answer.at["school"] == 3.0


def test_a_locating_row_waits_for_the_whole_set_whoever_restricts_the_child_first() -> None:
    answer = run(
        told(
            (
                agency("spine", AUTHORITY, record(restricted=True)),
                agency("school", LOCAL, record()),
                agency("council", COUNCIL, record(), after=3),
            )
        )
    )
    assert answer.at["school"] == 3.0


def test_a_row_is_not_called_shielded_while_the_child_may_still_be_cleared() -> None:
    answer = run(
        told(
            (
                agency("council", COUNCIL),
                agency("gp", NATIONAL, record(), after=3),
                agency("school", LOCAL),
            )
        )
    )
    rows = {row.agency.id: row for row in answer.streamed}
    assert rows["school"].outcome is Outcome.NO_RECORD
    assert answer.whole.child is not None
    assert answer.whole.child.restriction is Restriction.NONE_KNOWN


def test_a_shielded_row_waits_for_nobody_once_the_child_cannot_be_cleared() -> None:
    answer = run(
        told(
            (
                agency("spine", AUTHORITY, record()),
                agency("school", LOCAL, record()),
                agency("council", COUNCIL, failure=DOWN, after=1),
                agency("police", LOCAL, record(), after=9),
            )
        )
    )
    assert answer.at["school"] == 1.0
    assert Outcome.HAS_RECORD not in {r.outcome for r in answer.streamed if not r.agency.national}


def test_a_national_agency_without_a_record_keeps_nothing_back_and_says_so_at_once() -> None:
    answer = run(
        told(
            (
                agency("spine", AUTHORITY, record()),
                agency("gp", NATIONAL),
                agency("council", COUNCIL, record(), after=3),
            )
        )
    )
    (gp,) = (row for row in answer.streamed if row.agency.id == "gp")
    assert (gp.outcome, gp.withheld) == (Outcome.NO_RECORD, ())
    assert answer.at["gp"] == 0.0
