"""One SQL operation of a manifest, compiled, and what the rows of its statements come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import TextClause, text

from adapters.contract.contract import NoRecord, Question, Records, Reply
from adapters.contract.paths import COMPILED, Paths
from adapters.contract.record import Record
from adapters.expressions.jmespath_expression import Expression
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation
from adapters.mapping.batch_results import BatchAnswer, BatchRecord, key_of
from adapters.mapping.mapping import RecordMapping, Unusable
from adapters.mapping.moment import read_moment
from adapters.mapping.rows import ROWS, Row, merged, record_of
from adapters.sql.columns import words_of
from adapters.sql.introduction import introduction_of
from adapters.sql.statement import Statement


@dataclass(frozen=True, slots=True)
class SqlOperation:
    """An operation with its statement, mapping and details compiled; `words` as of `words_of`.

    `introduction` is what PostgreSQL is told and asked before any of them.
    """

    statement: Statement
    mapping: RecordMapping
    details: Mapping[str, str]
    as_of: Expression | None
    introduction: TextClause
    in_list: str | None = None
    unreadable: TextClause | None = None
    words: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        manifest: Manifest,
        operation: Operation,
        *,
        typed_dates: bool,
        paths: Paths = COMPILED,
    ) -> Self:
        """Compile one operation of a checked manifest."""
        details = {name: detail.sql or "" for name, detail in operation.detail.items()}
        beside = (operation.batch.sql, operation.unreadable)
        return cls(
            statement=Statement.of(operation.sql or "", typed_dates=typed_dates),
            mapping=RecordMapping.of(operation, manifest.codes, paths=paths),
            details=details,
            as_of=None if operation.as_of is None else Expression.parse(operation.as_of),
            in_list=operation.batch.sql,
            unreadable=None if operation.unreadable is None else text(operation.unreadable),
            words=words_of(operation),
            introduction=introduction_of((operation.sql, *details.values(), *beside)),
        )


def reply_of(
    operation: SqlOperation,
    question: Question,
    rows: list[Row],
    details: Mapping[str, list[Row]],
    today: date,
) -> Reply:
    """What the rows of an operation and of its details come to."""
    found = merged(rows, details)
    documents = [record.documents[0] for record in found]
    as_of = read_moment(operation.as_of, {ROWS: documents})
    if not rows:
        return NoRecord(as_of)
    records = [record_of(operation.mapping, one, question.fields, today) for one in found]
    broken = next((one for one in records if isinstance(one, Unusable)), None)
    if broken is not None:
        return broken.malformed(question.operation)
    return Records(tuple(one for one in records if isinstance(one, Record)), as_of)


def answered_by(
    operation: SqlOperation,
    question: Question,
    rows: list[Row],
    details: Mapping[str, list[Row]],
    today: date,
) -> BatchAnswer:
    """What the rows say of each of several children; `question` is one of theirs."""
    found = merged(rows, details)
    documents = [record.documents[0] for record in found]
    scheme, mapping = key_of(question)[0], operation.mapping
    said = tuple(
        BatchRecord(
            frozenset[str]().union(*(mapping.numbers(scheme, row, today) for row in one.documents)),
            record_of(mapping, one, question.fields, today),
        )
        for one in found
    )
    return BatchAnswer(said, read_moment(operation.as_of, {ROWS: documents}))
