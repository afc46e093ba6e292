"""How many different children a user asked about on each day, kept up question by question.

Two questions with any pseudonym in common are about one child: the earlier one is the first about
it, if no still earlier one shares a pseudonym with it. A question that the answer explains does
not count. Each change costs the same however many questions the day has.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any, Final

_OF_DAY: Final = "user = :user AND issuer = :issuer AND organisation = :organisation AND day = :day"
_QUESTION: Final = (
    "SELECT query_id, idx, at, user, issuer, organisation, day, first FROM question"
    " WHERE query_id = ?"
)
_NAMES: Final = "SELECT pseudonym FROM child WHERE query_id = ?"
_HOLDER: Final = f"SELECT query_id FROM day_child WHERE {_OF_DAY} AND pseudonym = :name"  # noqa: S608 - our own words
_HOLD: Final = (
    "INSERT INTO day_child VALUES (:user, :issuer, :organisation, :day, :name, :query_id, :idx)"
    " ON CONFLICT DO UPDATE SET query_id = excluded.query_id, idx = excluded.idx"
)
_LET_GO: Final = f"DELETE FROM day_child WHERE {_OF_DAY} AND pseudonym = :name"  # noqa: S608 - our own words
# CROSS JOIN has SQLite begin with the child, not with all that the user asked.
_NEXT: Final = """
SELECT q.query_id FROM child AS c CROSS JOIN question AS q USING (query_id)
WHERE c.pseudonym = :name AND q.query_id <> :query_id
  AND user = :user AND issuer = :issuer AND organisation = :organisation AND day = :day
  AND (tie IS NULL OR tie = 'ORGANISATION')
ORDER BY q.at, q.idx LIMIT 1
"""
_NOT_FIRST: Final = f"""
SELECT 1 FROM child AS c
LEFT JOIN day_child AS d ON {_OF_DAY} AND d.pseudonym = c.pseudonym
WHERE c.query_id = :query_id AND d.query_id IS NOT :query_id LIMIT 1
"""  # noqa: S608 - our own words
_MARK: Final = "UPDATE question SET first = :first WHERE query_id = :query_id"
_COUNT: Final = (
    "INSERT INTO user_day VALUES (:user, :issuer, :organisation, :day, :change)"
    " ON CONFLICT DO UPDATE SET children = children + :change"
)


def count_in(connection: sqlite3.Connection, query_id: str, names: Iterable[str]) -> None:
    """Count a question with these pseudonyms of its child, which are noted already."""
    question = _question(connection, query_id)
    for name in names:
        holder = _holder(connection, question, name)
        if holder is None or _place(question) < _place(holder):
            connection.execute(_HOLD, {**question, "name": name})
            if holder is not None:
                _mark(connection, holder)
    _mark(connection, _question(connection, query_id))


def count_out(connection: sqlite3.Connection, query_id: str) -> None:
    """Count a question no more: the answer explains it, or it is forgotten."""
    question = _question(connection, query_id)
    for (name,) in connection.execute(_NAMES, (query_id,)).fetchall():
        given = {**question, "name": name}
        if connection.execute(_HOLDER, given).fetchone() == (query_id,):
            connection.execute(_LET_GO, given)
            _hand_on(connection, given)
    _mark(connection, question)


def _hand_on(connection: sqlite3.Connection, given: dict[str, Any]) -> None:
    following = connection.execute(_NEXT, given).fetchone()
    if following is not None:
        after = _question(connection, following[0])
        connection.execute(_HOLD, {**after, "name": given["name"]})
        _mark(connection, after)


def _mark(connection: sqlite3.Connection, question: dict[str, Any]) -> None:
    """Say whether it is the first about its child now, and count that."""
    named = connection.execute(_NAMES, (question["query_id"],)).fetchone() is not None
    first = named and connection.execute(_NOT_FIRST, question).fetchone() is None
    if first != bool(question["first"]):
        connection.execute(_MARK, {**question, "first": first})
        connection.execute(_COUNT, {**question, "change": 1 if first else -1})


def _holder(
    connection: sqlite3.Connection, question: dict[str, Any], name: str
) -> dict[str, Any] | None:
    held = connection.execute(_HOLDER, {**question, "name": name}).fetchone()
    return _question(connection, held[0]) if held else None


def _question(connection: sqlite3.Connection, query_id: str) -> dict[str, Any]:
    names = ("query_id", "idx", "at", "user", "issuer", "organisation", "day", "first")
    return dict(zip(names, connection.execute(_QUESTION, (query_id,)).fetchone(), strict=True))


def _place(question: dict[str, Any]) -> tuple[int, int]:
    return question["at"], question["idx"]
