"""What is said to a database before a statement: on whose behalf it comes, and that it is clear."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.contract.contract import Question
from adapters.sql.tables import SeveralTables, several, unqualified

# The agency sees our entry's index beside each statement in its own log (%a in log_line_prefix).
_NAME_OURSELVES: Final = "SELECT set_config('application_name', :name, true)"
# A name has no room for all questions of a batch: they stand in a setting of our own besides.
_NAME_ALL: Final = text("SELECT set_config('teamaround.questions', :all, true)")
_LONGEST_NAME: Final = 63


def introduction_of(statements: Iterable[str | None]) -> TextClause:
    """What names us in PostgreSQL, and asks in the same turn what SeveralTables says."""
    names = unqualified(sql for sql in statements if sql)
    return text(f"{_NAME_OURSELVES}, {several(names)}")


async def introduce(
    connection: AsyncConnection, introduction: TextClause, questions: tuple[Question, ...]
) -> None:
    """Say on whose behalf the next statements are; SeveralTables if they may read other tables."""
    said = [f"{one.on_behalf.log_index} {one.on_behalf.query_id}" for one in questions]
    more = f" +{len(said) - 1}" if len(said) > 1 else ""
    name = f"teamaround {said[0]}"[: _LONGEST_NAME - len(more)] + more
    _, unclear = (await connection.execute(introduction, {"name": name})).one()
    if unclear:
        raise SeveralTables
    if more:
        await connection.execute(_NAME_ALL, {"all": ", ".join(said)})
