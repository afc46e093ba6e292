"""The rules that the conformance kit holds a source to, and what a real reply shows of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from adapters.contract.advice import failure_in_words
from adapters.contract.contract import (
    Fault,
    Malformed,
    Records,
    Reply,
    TooMany,
    Unavailable,
    Unread,
)
from adapters.contract.identifiers import AGENCY_RECORD, NHS_NUMBER, UPN
from adapters.contract.record import Record
from adapters.manifest.manifest import Example
from adapters.manifest.operation import Operation


class KitRule(StrEnum):
    """Every rule, as it is printed."""

    VALID = "manifest is valid"
    UP = "its health check says that it is running"
    ABSENT = "a known absent child is absent"
    KEPT = "it finds the test child that it keeps"

    EXAMPLES = "every operation has an example"
    ABSENCES = "every conclusive operation has an example of absence"
    READ = "every example is read as it expects"
    FAULTS = "no fault is read as an answer"
    CHANGED = "no change of a reply with a child makes it an absence"
    TOGETHER = "children in one recorded reply are told apart"
    ENCRYPTED = "nothing about a child travels without encryption"
    SHIELD = "a source of the shield set says who is restricted"
    MARKED = "a source of the shield set shows one restricted child and one who is not"
    POOLED = "a source with only sensitive services says so"
    FILLED = "no CHANGE is left"
    HOURS = "the duty contact has hours"
    RELEASE = "a rule gives something to a caller"

    IN_TIME = "it answers within limits.timeout"
    IN_SIZE = "its answers keep to limits.max_body"
    AT_HOME = "it does not send us elsewhere or in a circle"
    ENDING = "its lists come to an end"
    NO_DOCTYPE = "its XML declares nothing"
    SHALLOW = "its answers are no deeper than 48 levels"
    READABLE = "its answers can be read as mapped"
    SAME_CHILD = "it answers about the child that was asked for"
    FINDS = "it finds a child by each number whose absence counts"
    SAME_AGAIN = "asked again it gives the same answer"
    APART = "asked about two children in one call it tells them apart"
    PLAIN = "its texts have no hidden characters"
    UNREPEATED = "no answer repeats our login"
    CLOSED = "without our login it answers nothing"
    PLACED = "a wrong address never proves absence"
    WIRE = "no fault on the way is read as an answer"

    CODES = "every code table says what any other code means"
    AS_OF = "every answer says how current its data is"
    UNMATCHED = "a conclusive SELECT counts the keys that it cannot match"
    WHO = "every answer says who is working with the child"
    UNTIL = "no release rule has expired"
    HEALTH = "it has a health check"


SHOWN_BY_A_REPLY: Final = (
    KitRule.IN_TIME,
    KitRule.IN_SIZE,
    KitRule.AT_HOME,
    KitRule.ENDING,
    KitRule.NO_DOCTYPE,
    KitRule.SHALLOW,
    KitRule.READABLE,
    KitRule.SAME_CHILD,
)
_MALFORMED: Final[Mapping[str, KitRule]] = {
    "redirect": KitRule.AT_HOME,
    "page": KitRule.AT_HOME,
    "too_large": KitRule.IN_SIZE,
    "doctype": KitRule.NO_DOCTYPE,
    "depth": KitRule.SHALLOW,
}


@dataclass(frozen=True, slots=True)
class LiveReply:
    """One example that the real system was asked for, and its reply."""

    example: Example
    operation: Operation
    reply: Reply


@dataclass(slots=True)
class Complaints:
    """What was seen against which rule."""

    about: dict[KitRule, list[str]] = field(default_factory=dict)

    def add(self, rule: KitRule, what: str) -> None:
        """One more."""
        self.about.setdefault(rule, []).append(what)

    def against(self, rule: KitRule) -> str:
        """All that was seen against it, in words."""
        return "; ".join(self.about.get(rule, []))


def complaints_of(asked: list[LiveReply]) -> Complaints:
    """What the replies show against SHOWN_BY_A_REPLY; nothing of a reply is repeated."""
    seen = Complaints()
    for one in asked:
        for rule, what in _complaints(one):
            seen.add(rule, f"{one.example.operation}: {what}")
    return seen


def _complaints(one: LiveReply) -> Iterator[tuple[KitRule, str]]:
    match one.reply:
        case Malformed() as reply:
            yield _MALFORMED.get(reply.rule, KitRule.READABLE), failure_in_words(reply)
        case Unavailable(fault=Fault.TIMED_OUT):
            yield KitRule.IN_TIME, "no complete answer came in time; check limits.timeout"
        case TooMany():
            yield KitRule.ENDING, "more pages or records than the manifest's limits"
        case Records(records=records):
            if one.reply.unread is Unread.ELSEWHERE:
                yield KitRule.AT_HOME, "the next page is elsewhere, or leads in a circle"
            elif not one.reply.whole:
                yield KitRule.ENDING, "not all of its list could be read"
            for record in records:
                yield from _of_record(one, record)
        case _:
            return


def _of_record(one: LiveReply, record: Record) -> Iterator[tuple[KitRule, str]]:
    if not one.operation.supersedes and not _is_about(one.example.given, record):
        yield KitRule.SAME_CHILD, "a record has another number"
    if record.defects:
        yield KitRule.READABLE, f"these cannot be read: {', '.join(sorted(record.defects))}"


def _is_about(given: Mapping[str, str], record: Record) -> bool:
    known = {
        NHS_NUMBER: record.identifier(NHS_NUMBER),
        UPN: record.identifier(UPN),
        AGENCY_RECORD: record.record_id,
    }
    return all(given.get(key) in {None, value} for key, value in known.items() if value is not None)


def identity_in(reply: Reply) -> object:
    """Who a reply is about; equal for two replies that say the same of the same children."""
    if not isinstance(reply, Records):
        return type(reply)
    return [(one.record_id, one.identifiers, one.names, one.birth_date) for one in reply.records]
