"""By a number that may be an old one nobody proves that a child is not there."""

import pytest

from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Identifier
from gateway.fanout.source_answer import SourceAnswer
from gateway.questions.numbers.renewed import may_be_renewed
from tests.support.agencies import AUTHORITY, BY_NUMBER, MIRA
from tests.support.plain_sources import file_of, record, registered

ASKED = Identifier(NHS_NUMBER, MIRA["nhs"])
OLD = Identifier(NHS_NUMBER, "9000000017")
PUPIL = Identifier(UPN, MIRA["upn"])


async def nobody(_: object) -> Reply:
    return NoRecord()


def left_by(reply: Reply, *, by: Identifier = ASKED, unproven: bool = False) -> set[Identifier]:
    """By which of three numbers an absence still counts, once demographics has said this."""
    file = file_of("spine", claims=AUTHORITY, by=(BY_NUMBER,))
    renews = file.operations.replace('name = "by-number"', 'name = "by-number"\nsupersedes = true')
    spine = registered(file.with_(operations=renews), nobody)
    said = SourceAnswer(
        "spine",
        reply,
        by_identifier={by.scheme: by.value},
        supersedes=True,
        unproven=unproven,
    )
    return {*may_be_renewed({"spine": said}, [spine]).leaves(frozenset({ASKED, OLD, PUPIL}))}


@pytest.mark.parametrize(
    "reply",
    [
        *(Unavailable(fault) for fault in Fault),
        Refused(),
        Malformed("json"),
        TooMany(),
        MoreNeeded(("birth_date",)),
        NoRecord(whole=False),
    ],
    ids=str,
)
def test_while_demographics_gives_no_answer_no_nhs_number_proves_absence(reply: Reply) -> None:
    assert left_by(reply) == {PUPIL}


def test_demographics_that_finds_nobody_at_all_has_said_nothing_of_old_numbers() -> None:
    assert left_by(NoRecord(), unproven=True) == {PUPIL}


def test_a_number_that_demographics_answers_as_it_was_asked_proves_absence() -> None:
    assert left_by(Records((record(),))) == {ASKED, OLD, PUPIL}


def test_a_number_that_demographics_answers_under_another_is_old() -> None:
    assert left_by(Records((record(),)), by=OLD) == {ASKED, PUPIL}


def test_a_number_of_which_demographics_knows_nobody_replaces_none() -> None:
    assert left_by(NoRecord()) == {ASKED, OLD, PUPIL}
