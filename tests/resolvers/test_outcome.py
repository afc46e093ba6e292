"""Every answer comes to exactly one outcome, and silence never to "no record"."""

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
from adapters.contract.record import Identifier, Record
from resolvers.matching.grade import Grade, Graded, MatchGrade
from resolvers.matching.reference import named_record
from resolvers.outcome import PRECEDENCE, Outcome, fold, judge
from tests.support.resolvers.people import AMARA, AMARA_NHS, AMARA_UPN, TWIN_NHS, amara


def judged(
    reply: Reply,
    *graded: Graded,
    conclusive: bool = True,
    asked: tuple[Identifier, ...] = (),
    supersedes: bool = False,
) -> Outcome:
    return judge(
        reply, graded, conclusive=conclusive, asked_identifiers=asked, supersedes=supersedes
    )


def as_graded(grade: MatchGrade) -> Graded:
    return Graded(AMARA, Grade(grade))


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (TooMany(), Outcome.AMBIGUOUS),
        (MoreNeeded(("birth_date",)), Outcome.MORE_NEEDED),
        (Refused(), Outcome.REFUSED),
        (Unavailable(Fault.TIMED_OUT), Outcome.TIMEOUT),
        (Unavailable(Fault.BUSY), Outcome.BUSY),
        (Unavailable(Fault.LIMIT), Outcome.BUSY),
        (Unavailable(Fault.CONNECTION), Outcome.UNAVAILABLE),
        (Unavailable(Fault.DROPPED), Outcome.UNAVAILABLE),
        (Unavailable(Fault.BREAKER_OPEN, 3.0), Outcome.UNAVAILABLE),
        (Unavailable(Fault.SERVER_ERROR), Outcome.UNAVAILABLE),
        (Malformed("not json"), Outcome.INVALID_RESPONSE),
    ],
)
def test_what_is_no_answer_is_never_no_record(reply: Reply, expected: Outcome) -> None:
    assert judged(reply, conclusive=True) is expected


def test_an_empty_result_proves_absence_only_when_it_is_conclusive() -> None:
    assert judged(NoRecord(), conclusive=True) is Outcome.NO_RECORD
    assert judged(NoRecord(), conclusive=False) is Outcome.NONE_FOUND


def test_one_certain_record_is_a_record_whatever_else_came() -> None:
    certain, possible = as_graded(MatchGrade.CERTAIN), as_graded(MatchGrade.POSSIBLE)
    assert judged(Records((AMARA, AMARA)), possible, certain) is Outcome.HAS_RECORD
    assert judged(Records((AMARA,)), possible) is Outcome.AMBIGUOUS


def test_what_was_not_wholly_looked_through_never_proves_absence() -> None:
    assert judged(NoRecord(whole=False), conclusive=True) is Outcome.NONE_FOUND


def test_a_certain_record_stands_though_a_page_was_not_read() -> None:
    certain = as_graded(MatchGrade.CERTAIN)
    assert judged(Records((AMARA,), whole=False), certain) is Outcome.HAS_RECORD


def test_among_what_was_not_read_the_child_may_be() -> None:
    assert judged(Records((AMARA,), whole=False)) is Outcome.AMBIGUOUS


def test_strangers_found_by_name_prove_nothing() -> None:
    assert judged(Records((AMARA,)), conclusive=True) is Outcome.NONE_FOUND


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((amara(TWIN_NHS),), Outcome.INVALID_RESPONSE),
        ((amara(TWIN_NHS), amara(AMARA_UPN)), Outcome.NONE_FOUND),
        ((amara(),), Outcome.NONE_FOUND),
        ((Record(),), Outcome.NONE_FOUND),
    ],
)
def test_another_childs_record_for_her_number_is_no_answer(
    records: tuple[Record, ...], expected: Outcome
) -> None:
    assert judged(Records(records), asked=(AMARA_NHS,)) is expected


def test_a_superseded_number_may_be_answered_under_its_successor() -> None:
    reply = Records((amara(TWIN_NHS),))
    assert judged(reply, asked=(AMARA_NHS,), supersedes=True) is Outcome.NONE_FOUND


def test_a_record_asked_by_its_id_must_bear_that_id() -> None:
    asked = (named_record("police", "p-7"),)
    assert judged(Records((AMARA,)), asked=asked) is Outcome.INVALID_RESPONSE


def test_an_agencys_sources_come_to_no_record_only_together() -> None:
    none, found = Outcome.NO_RECORD, Outcome.HAS_RECORD
    assert fold([none, none]) is none
    assert fold([none, Outcome.TIMEOUT, found]) is found
    assert fold([Outcome.TIMEOUT, Outcome.AMBIGUOUS]) is Outcome.AMBIGUOUS
    assert fold([]) is Outcome.NOT_ASKED
    for other in set(Outcome) - {none}:
        assert fold([none, other]) is other


def test_every_outcome_is_answered_unanswered_or_not_asked() -> None:
    assert set(PRECEDENCE) == set(Outcome)
    assert len(PRECEDENCE) == len(Outcome)
    not_asked = {o for o in Outcome if not o.asked}
    assert not_asked == {Outcome.MORE_NEEDED, Outcome.NOT_ASKED, Outcome.NOT_PERMITTED}
    assert all(o.asked for o in Outcome if o.answered)
    assert {o for o in Outcome if o.conclusive} == {Outcome.HAS_RECORD, Outcome.NO_RECORD}
