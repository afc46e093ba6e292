"""A trial of a database: each statement as it was sent, its binds, the types of its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import event

from adapters.conformance.trial.reading import WatchedMapping
from adapters.conformance.trial.step import TrialStep
from adapters.expressions.shape import outline_of
from adapters.mapping.rows import ROWS
from adapters.sql.operation import SqlOperation
from adapters.sql.source import SqlSource

_MOST_LINES: Final = 60
_OUR_OWN: Final = "SELECT set_config("


@dataclass(frozen=True, slots=True)
class SqlTrial:
    """A database, watched: the driver's own statements and binds, and the rows of records."""

    source: SqlSource
    operation: SqlOperation
    mapping: WatchedMapping
    statements: list[tuple[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, source: SqlSource, name: str) -> "SqlTrial":
        """Watch a source that was opened from its manifest."""
        operation = source.operations[name]
        mapping = WatchedMapping.over(operation.mapping)
        watched = replace(operation, mapping=mapping)
        seen = replace(source, operations={**source.operations, name: watched})
        trial = cls(seen, watched, mapping)

        @event.listens_for(source.engine.sync_engine, "before_cursor_execute")
        def keep(_c: Any, _cursor: Any, statement: str, binds: Any, *_more: Any) -> None:
            trial.statements.append((statement, binds))

        return trial

    def steps(self) -> Iterator[TrialStep]:
        """Every statement, and the columns of the rows that came."""
        for statement, binds in self.statements:
            if not statement.startswith(_OUR_OWN):
                yield TrialStep("Statement", (*statement.strip().splitlines(), f"binds: {binds!r}"))
        rows = [{**document, ROWS: None} for document, _ in self.mapping.seen]
        lines = outline_of(rows, "rows", _MOST_LINES) if rows else ["no row"]
        yield TrialStep("Rows", tuple(line for line in lines if f".{ROWS}: " not in line))
