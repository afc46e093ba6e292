"""One answer about several children, told apart by whom its records name, never by their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.contract.contract import (
    Malformed,
    NoRecord,
    Question,
    Records,
    Reply,
    TooMany,
    Unread,
)
from adapters.contract.record import Identifier, Record
from adapters.mapping.mapping import Unusable

NOT_OURS: Final = Malformed("batch")
_CUT: Final = Malformed("cut")


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What one document says: under which numbers, and its record, or why it is none."""

    numbers: frozenset[str]
    record: Record | Unusable


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """All that one answer says; `cut` if the agency has more than it told.

    `ended`: it shows that it is all, by a total or by saying that nothing comes after it.
    """

    said: tuple[BatchRecord, ...]
    as_of: datetime | None = None
    cut: bool = False
    ended: bool = True


def key_of(question: Question) -> tuple[str, str]:
    """The one key that a question of a batch asks by, and its value; the load rules hold it."""
    ((key, value),) = question.given.items()
    return key, value


def told_apart(
    questions: Sequence[Question], answered: BatchAnswer, most: int
) -> tuple[Reply, ...]:
    """A reply for each question, in order; at most `most` records of one child.

    Who is not named in a whole answer was not found. In one that was cut, that does not show its
    end, or that names somebody who was not asked for, nothing is known of whoever is not named.
    """
    asked = frozenset(key_of(question)[1] for question in questions)
    strange = any(asked.isdisjoint(one.numbers) for one in answered.said)
    if answered.cut:
        unnamed: Reply = _CUT
    else:
        unnamed = NOT_OURS if strange else _absent(answered)
    return tuple(_of_one(one, answered, unnamed, most) for one in questions)


def _absent(answered: BatchAnswer) -> NoRecord:
    unread = None if answered.ended else Unread.TOGETHER
    return NoRecord(answered.as_of, answered.ended, unread)


def _of_one(question: Question, answered: BatchAnswer, unnamed: Reply, most: int) -> Reply:
    value = key_of(question)[1]
    mine = [one.record for one in answered.said if value in one.numbers]
    if not mine:
        return unnamed
    broken = next((one for one in mine if isinstance(one, Unusable)), None)
    if broken is not None:
        return broken.malformed(question.operation)
    if len(mine) > most:
        return TooMany()
    unread = Unread.TOGETHER if answered.cut else None
    records = tuple(one for one in mine if isinstance(one, Record))
    return Records(records, answered.as_of, not answered.cut, unread)


def in_their_places(questions: Sequence[Question], replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """Replies whose place says whose they are, believed only as far as their records agree.

    Where one names somebody else, the places cannot be trusted, and one without a record says
    nothing. Too many records are not read, so that nobody knows whose they are.
    """
    placed = tuple(zip(questions, replies, strict=True))
    astray = not all(_names(one, reply) for one, reply in placed)
    return tuple(NOT_OURS if _unsure(one, reply, astray=astray) else reply for one, reply in placed)


def _unsure(question: Question, reply: Reply, *, astray: bool) -> bool:
    if isinstance(reply, Records):
        return not _names(question, reply)
    return astray or isinstance(reply, TooMany)


def _names(question: Question, reply: Reply) -> bool:
    key, value = key_of(question)
    records = reply.records if isinstance(reply, Records) else ()
    return all(Identifier(key, value) in record.identifiers for record in records)
