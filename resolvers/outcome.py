"""What an agency's answer comes to: exactly one outcome each, never confused with another."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final, assert_never

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
from adapters.contract.identifiers import AGENCY_RECORD
from adapters.contract.record import Identifier, Record
from resolvers.matching.grade import Graded, MatchGrade


class Outcome(StrEnum):
    """An agency's one outcome; only HAS_RECORD and NO_RECORD settle the question for it.

    `answered` says whether the agency, or a silent rule for it, gave an answer; `conclusive`
    whether it settles if the agency holds the child; `asked` whether it counts as asked. What was
    asked and not answered is unanswered.
    """

    answered: bool
    conclusive: bool
    asked: bool

    HAS_RECORD = "HAS_RECORD"
    NO_RECORD = "NO_RECORD"
    NONE_FOUND = "NONE_FOUND"
    NOTHING_TO_SHARE = "NOTHING_TO_SHARE"
    AMBIGUOUS = "AMBIGUOUS"
    MORE_NEEDED = "MORE_NEEDED"
    NOT_ASKED = "NOT_ASKED"
    NOT_PERMITTED = "NOT_PERMITTED"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    BUSY = "BUSY"
    REFUSED = "REFUSED"
    INVALID_RESPONSE = "INVALID_RESPONSE"


_ANSWERED: Final = (
    Outcome.HAS_RECORD,
    Outcome.NO_RECORD,
    Outcome.NONE_FOUND,
    Outcome.NOTHING_TO_SHARE,
    Outcome.AMBIGUOUS,
)
_UNASKED: Final = (Outcome.MORE_NEEDED, Outcome.NOT_ASKED, Outcome.NOT_PERMITTED)
for _each in Outcome:  # asked of each row, so told once for each outcome
    _each.answered = _each in _ANSWERED
    _each.conclusive = _each in (Outcome.HAS_RECORD, Outcome.NO_RECORD)
    _each.asked = _each not in _UNASKED

# Of several sources, the first of these that any of them gave is the agency's: first what was
# found, then what went wrong (what lasts longest first), then what was not asked, then what
# proves nothing. NO_RECORD stands last, so that it needs every source to have said it.
PRECEDENCE: Final = (
    Outcome.HAS_RECORD,
    Outcome.AMBIGUOUS,
    Outcome.INVALID_RESPONSE,
    Outcome.REFUSED,
    Outcome.UNAVAILABLE,
    Outcome.TIMEOUT,
    Outcome.BUSY,
    Outcome.NOT_PERMITTED,
    Outcome.NOT_ASKED,
    Outcome.MORE_NEEDED,
    Outcome.NOTHING_TO_SHARE,
    Outcome.NONE_FOUND,
    Outcome.NO_RECORD,
)

_OF_KIND: Final = {
    TooMany: Outcome.AMBIGUOUS,
    MoreNeeded: Outcome.MORE_NEEDED,
    Refused: Outcome.REFUSED,
    Malformed: Outcome.INVALID_RESPONSE,
}


def fold(outcomes: Collection[Outcome]) -> Outcome:
    """The outcome of an agency from those of its sources; none of them asked is NOT_ASKED."""
    return min(outcomes, key=PRECEDENCE.index, default=Outcome.NOT_ASKED)


def judge(
    reply: Reply,
    graded: tuple[Graded, ...],
    *,
    conclusive: bool,
    asked_identifiers: Collection[Identifier],
    supersedes: bool,
) -> Outcome:
    """The outcome of one source's reply.

    `graded` are its records that may be the child's. `conclusive` is the whole conjunction: the
    operation claims it, the operator granted it, and the data are fresh. `asked_identifiers` are
    those that were sent, none when it was asked by name and birth date. `supersedes`: the
    operation may rightly answer under another number than the one asked.
    """
    match reply:
        case Records():
            return _judge_records(reply, graded, () if supersedes else asked_identifiers)
        case NoRecord(whole=whole):
            return Outcome.NO_RECORD if conclusive is True and whole else Outcome.NONE_FOUND
        case Unavailable(fault=fault):
            return _judge_fault(fault)
        case TooMany() | MoreNeeded() | Refused() | Malformed():
            return _OF_KIND[type(reply)]
        case _:
            assert_never(reply)


def _judge_records(
    reply: Records, graded: tuple[Graded, ...], asked: Collection[Identifier]
) -> Outcome:
    grades = {g.grade.grade for g in graded}
    if MatchGrade.CERTAIN in grades:
        return Outcome.HAS_RECORD
    if grades - {MatchGrade.CERTAINLY_NOT}:
        return Outcome.AMBIGUOUS
    if asked and all(_another_child(record, asked) for record in reply.records):
        return Outcome.INVALID_RESPONSE
    # The child may be among those that did not come.
    return Outcome.NONE_FOUND if reply.whole else Outcome.AMBIGUOUS


def _another_child(record: Record, asked: Collection[Identifier]) -> bool:
    """Whether the record bears, in a scheme that was asked, only other numbers."""
    for identifier in asked:
        held = _held(record, identifier.scheme)
        if held and identifier.value not in held:
            return True
    return False


def _held(record: Record, scheme: str) -> frozenset[str]:
    if scheme.partition(":")[0] == AGENCY_RECORD:
        return frozenset({record.record_id} if record.record_id else ())
    return frozenset(i.value for i in record.identifiers if i.scheme == scheme)


def _judge_fault(fault: Fault) -> Outcome:
    match fault:
        case Fault.TIMED_OUT:
            return Outcome.TIMEOUT
        case Fault.BUSY | Fault.LIMIT:
            return Outcome.BUSY
        case Fault.CONNECTION | Fault.DROPPED | Fault.SERVER_ERROR | Fault.BREAKER_OPEN:
            return Outcome.UNAVAILABLE
        case _:
            assert_never(fault)
