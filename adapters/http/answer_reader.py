"""What an HTTP answer comes to: records, absent, too much, failed; nothing here asks further."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.contract.contract import (
    Failure,
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
    Unread,
    WallClock,
)
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.plain_number import PLAINLY
from adapters.contract.record import Record
from adapters.http.details import DetailedDocuments, with_what_is_beside
from adapters.http.diagnosis import undecoded, unread
from adapters.http.dialect import Dialect, FoundDocuments, told_beside
from adapters.http.json_records import is_quiet_in, said_twice
from adapters.http.operation import HttpOperation, RestrictedReply
from adapters.http.verdict import REFUSED, Answer, JsonAnswer
from adapters.mapping.beside.held import bears, element_beside, is_of_another, stands_beside
from adapters.mapping.beside.told import ToldBeside, called
from adapters.mapping.mapping import Unusable
from adapters.mapping.marks.restricted import restricted_records
from adapters.network.http_request import HttpAnswer

_OK: Final = 200
_NOBODY: Final = frozenset[str]()


@plainly_made
@dataclass(frozen=True, slots=True)
class AnswerReader:
    """Reads the answers of one source, which may hold `max_records` of one child at most."""

    dialect: Dialect
    clock: WallClock
    max_records: int

    def judged(self, answer: HttpAnswer, restricts: HttpOperation | None) -> Answer | Failure:
        """The answer decoded, or why it is none; `restricts` may read its refusal as a record's."""
        reads = restricts if answer.status in REFUSED else None
        restricted = None if reads is None else self.restricted_in(reads, answer)
        if restricted is not None:
            return restricted
        judged = self.dialect.judge(answer, self.clock())
        return undecoded(judged, answer) if isinstance(judged, Malformed) else judged

    def restricted_in(self, operation: HttpOperation, answer: HttpAnswer) -> Answer | None:
        """A refusal whose body is the agency's own word for a restricted record, or None."""
        judged: Any = self.dialect.judge(replace(answer, status=_OK), self.clock())
        if isinstance(judged, Refused | Unavailable | Malformed):
            return None
        said: Answer = replace(judged, status=answer.status)
        return said if isinstance(operation.verdict(said, self.clock()), RestrictedReply) else None

    def found(
        self, operation: HttpOperation, answer: Answer
    ) -> FoundDocuments | RestrictedReply | NoRecord | TooMany | Failure:
        """The documents of an answer, or what it proves by itself."""
        verdict = operation.verdict(answer, self.clock())
        if isinstance(verdict, NoRecord):
            beside = self._records_beside(operation, answer)
            return beside or said_twice(answer) or self._limited(verdict, operation, answer)
        found = self._documents(operation, answer) if verdict is None else verdict
        return unread(found, operation, answer) if isinstance(found, Malformed) else found

    def later(
        self, operation: HttpOperation, answer: Answer
    ) -> FoundDocuments | RestrictedReply | TooMany | Failure:
        """The same of a page after the first, where absence only means the end of the list.

        It is the end where pages are counted; where the agency led us on, the page should be there.
        """
        verdict = operation.verdict(answer, self.clock())
        if not isinstance(verdict, NoRecord):
            return self._documents(operation, answer) if verdict is None else verdict
        if answer.failure is None and answer.status == _OK:
            return self._documents(operation, answer)
        if not operation.paging.counts:
            return Malformed("status")
        return said_twice(answer) or FoundDocuments([], beside=told_beside(answer, ()))

    def whole(
        self, operation: HttpOperation, answer: Answer, found: FoundDocuments
    ) -> FoundDocuments | NoRecord | TooMany:
        """`found` if it is not too much; `more` where it is not all that the agency has."""
        received = len(found.documents)
        short = (found.total or 0) > received
        if received > self.max_records or (short and not received):
            return TooMany()
        says_more = not found.quiet and self._says_more(operation, answer, found)
        cut = found.more or short or says_more
        more = cut or found.partial
        why = found.unread or (Unread.MORE if cut else Unread.PARTIAL)
        unread = why if more else None
        if not received:
            return NoRecord(operation.moment(answer, self.clock()), not more, unread)
        said = found.more is more and found.unread is unread
        return found if said else replace(found, more=more, unread=unread)

    def replied(
        self,
        operation: HttpOperation,
        question: Question,
        answer: Answer,
        found: FoundDocuments | RestrictedReply | NoRecord | TooMany | Failure,
    ) -> Reply:
        """The reply where nothing is asked for beside this answer: no page, no detail."""
        if isinstance(found, FoundDocuments):
            found = self.whole(operation, answer, found)
        if not isinstance(found, FoundDocuments):
            return self.without(operation, question, answer, found)
        read = DetailedDocuments(found.documents)
        if operation.operation.include:
            read = with_what_is_beside(operation, read)
        return self.mapped(operation, question, answer, found, read)

    def without(
        self,
        operation: HttpOperation,
        question: Question,
        answer: Answer,
        found: RestrictedReply | NoRecord | TooMany | MoreNeeded | Failure,
    ) -> Reply:
        """The reply of an answer without documents."""
        if isinstance(found, NoRecord):
            return self.unless_held(found, operation, answer, question.given)
        return told(found, question)

    def mapped(
        self,
        operation: HttpOperation,
        question: Question,
        answer: Answer,
        found: FoundDocuments,
        read: DetailedDocuments,
    ) -> Records | Malformed:
        """The documents as records; a field that a missing detail feeds is a defect."""
        now = self.clock()
        mapping, fields, today = operation.mapping, question.fields, now.date()
        records: list[Record] = []
        for document in read.documents:
            record = mapping.record(document, fields, today)
            if isinstance(record, Unusable):
                return record.malformed(question.operation)
            records.append(read.lacking(record, document, mapping, fields))
        moment = operation.moment(answer, now)
        return Records(tuple(records), moment, not found.more, found.unread)

    def unless_held(
        self, said: NoRecord, operation: HttpOperation, answer: Answer, given: Mapping[str, str]
    ) -> NoRecord:
        """`said`, open where the child whose number is `given` stands elsewhere in the answer.

        A filter of `records` may have left her out: what the agency holds under another status
        than the manifest knows, it holds. Or the answer says itself that it is about another.
        """
        keys = CHILD_NUMBERS & given.keys()
        numbers = frozenset(given[key] for key in keys)
        if not numbers or not said.whole:
            return said

        def plainly(text: str) -> bool:
            return any(PLAINLY[key](text) for key in keys)

        held = self._holds(operation, answer, numbers)
        if isinstance(answer, JsonAnswer):
            held = held or is_of_another(answer.body, numbers, plainly)
        return replace(said, whole=False, unread=Unread.PARTIAL) if held else said

    def _holds(self, operation: HttpOperation, answer: Answer, numbers: frozenset[str]) -> bool:
        mapping, today = operation.mapping, self.clock().date()

        def is_one(part: Any) -> bool:
            record = mapping.record(part, _NOBODY, today)
            if isinstance(record, Unusable) or not (record.names or record.birth_date):
                return False
            return any(one.value in numbers for one in record.identifiers)

        records = operation.operation.records or ""
        if not isinstance(answer, JsonAnswer):
            named = called(records.rpartition("/")[2].rpartition(":")[2].partition("[")[0])
            return element_beside(answer.scope, numbers, named, is_one)
        filtered = "[?" in records and bears(answer.body, numbers)
        return filtered or stands_beside(answer.body, numbers, is_one)

    def _records_beside(self, operation: HttpOperation, answer: Answer) -> FoundDocuments | None:
        """The records of an answer that is absent by `absent`: it contradicts itself."""
        found = self.dialect.find(answer, operation)
        if isinstance(found, Malformed):
            return None
        mapping, today = operation.mapping, self.clock().date()
        read = [
            one
            for one in found.documents
            if not isinstance(mapping.record(one, _NOBODY, today), Unusable)
        ]
        beside = told_beside(answer, read)
        return replace(found, documents=read, partial=True, beside=beside) if read else None

    def _limited(self, said: NoRecord, operation: HttpOperation, answer: Answer) -> NoRecord:
        beside = told_beside(answer, ())
        if self.dialect.more(answer, beside, 0) is True:
            return replace(said, whole=False, unread=Unread.MORE)
        partial = self._is_partial(operation, answer, beside)
        return replace(said, whole=False, unread=Unread.PARTIAL) if partial else said

    def _documents(self, operation: HttpOperation, answer: Answer) -> FoundDocuments | Malformed:
        found = self.dialect.find(answer, operation)
        if isinstance(found, Malformed):
            return found
        # Of two marks of one child the first would be lost behind the second.
        matters = not found.documents or operation.operation.says_who_is_restricted
        # What was asked for beside the records has been put into them.
        as_read = not operation.operation.include
        twice = said_twice(answer, as_read=as_read) if matters else None
        if twice:
            return twice
        beside = told_beside(answer, found.documents)
        quiet = bool(operation.quiet) and is_quiet_in(answer, operation)
        partial = found.partial
        if not quiet or operation.partial is not None:
            partial = partial or self._is_partial(operation, answer, None if quiet else beside)
        return FoundDocuments(
            found.documents, found.total, found.more, found.unread, partial, beside, quiet
        )

    def _is_partial(
        self, operation: HttpOperation, answer: Answer, beside: ToldBeside | None
    ) -> bool:
        said = operation.partial is not None and operation.partial.holds(answer.scope)
        return said or (beside is not None and self.dialect.doubts(answer, operation, beside))

    def _says_more(self, operation: HttpOperation, answer: Answer, found: FoundDocuments) -> bool:
        # Where the manifest turns pages, the last one was heeded there.
        if operation.paging.turns:
            return False
        # Where it counts, no other number of the answer does.
        received = len(found.documents) if operation.total is None else sys.maxsize
        return self.dialect.more(answer, found.beside, received) is True


def told(
    found: RestrictedReply | NoRecord | TooMany | MoreNeeded | Failure, question: Question
) -> Reply:
    """The reply; for a record that we may not see, a restricted one of who was asked for."""
    return restricted_records(question.given) if isinstance(found, RestrictedReply) else found
