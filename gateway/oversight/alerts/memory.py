"""What is remembered of questions for five weeks: who asked when about whom, as pseudonyms."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.time_units import at_microsecond, microseconds
from gateway.oversight.alerts.observed_access import ObservedAccess, UsualAccess, at_odd_hours

KEPT_DAYS: Final = 35
_DAY: Final = timedelta(days=1) // timedelta(microseconds=1)
_ENOUGH: Final = 10
# A relationship of user or team takes a question out of the usual accesses; an organisation's not.
_TODAY: Final = """
SELECT q.query_id, q.idx, c.pseudonym FROM question AS q JOIN child AS c USING (query_id)
WHERE user = :user AND issuer = :issuer AND organisation = :organisation
  AND q.at >= :midnight AND q.at <= :at
  AND (tie IS NULL OR tie = 'ORGANISATION')
ORDER BY q.at, q.idx LIMIT 5000
"""
_LOOKS: Final = """
SELECT q.day, min(q.idx) FROM child AS c JOIN question AS q USING (query_id)
WHERE c.pseudonym IN (SELECT value FROM json_each(:children))
  AND user = :user AND issuer = :issuer AND organisation = :organisation
  AND q.day BETWEEN :day - 28 AND :day - 1 AND (tie IS NULL OR tie = 'ORGANISATION')
GROUP BY q.day
"""
_USUAL: Final = """
SELECT children FROM user_day
WHERE user = :user AND issuer = :issuer AND organisation = :organisation
  AND day BETWEEN :day - 28 AND :day - 1 AND children > 0
"""
_LAST: Final = """
SELECT at, risks FROM question
WHERE user = :user AND issuer = :issuer AND organisation = :organisation AND at < :at
ORDER BY at DESC LIMIT 50
"""
_FORGET_DAYS: Final = """
DELETE FROM user_day AS d WHERE NOT EXISTS (
  SELECT 1 FROM question AS q
  WHERE q.user = d.user AND q.issuer = d.issuer AND q.organisation = d.organisation
    AND q.day = d.day
)
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A question with its user's usual accesses, and the entries of the log that show it.

    `today` are the intents of today's other children, `looks` of earlier days' looks at this one.
    """

    observed: ObservedAccess
    usual: UsualAccess
    today: tuple[int, ...]
    looks: tuple[int, ...]


def note(connection: sqlite3.Connection, index: int, entry: Entry) -> None:
    """Remember what an entry of a question says more than those before it."""
    at = microseconds(entry.at)
    connection.execute(
        "INSERT OR IGNORE INTO question VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', NULL)",
        (
            *(entry.query_id, index, at, at // _DAY),
            *(entry.user, entry.issuer or "", entry.organisation, entry.manager),
        ),
    )
    risks, tie = connection.execute(
        "SELECT risks, tie FROM question WHERE query_id = ?", (entry.query_id,)
    ).fetchone()
    all_risks = sorted({*risks.split(), *entry.risks})
    nearest = next((each for each in WorkingRelationship if each in {tie, entry.tie}), None)
    connection.execute(
        "UPDATE question SET risks = ?, tie = ? WHERE query_id = ?",
        (" ".join(all_risks), nearest, entry.query_id),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO child VALUES (?, ?)",
        [(entry.query_id, name) for name in entry.child_pseudonyms],
    )


def knows(connection: sqlite3.Connection, query_id: str | None) -> bool:
    """Whether the question's intent is remembered; it is not if it was pruned from the log."""
    sql = "SELECT 1 FROM question WHERE query_id = ?"
    return connection.execute(sql, (query_id,)).fetchone() is not None


def recall(connection: sqlite3.Connection, query_id: str) -> Remembered:
    """A question as it is known by now, and its user's usual accesses before it."""
    observed = _observed(connection, query_id)
    at = microseconds(observed.at)
    given = {
        "user": observed.user,
        "issuer": observed.issuer,
        "organisation": observed.organisation,
        "at": at,
        "day": at // _DAY,
        "midnight": at // _DAY * _DAY,
        "children": _json(observed.children),
    }
    firsts, new_today = _different(connection.execute(_TODAY, given), query_id)
    _keep_day(connection, given, len(firsts))
    looks = connection.execute(_LOOKS, given).fetchall()
    last = connection.execute(_LAST, given).fetchall()
    usual = UsualAccess(
        usual=tuple(count for (count,) in connection.execute(_USUAL, given)),
        today=max(len(firsts), 1),
        new_today=new_today,
        looks=len(looks),
        odd=_share([at_odd_hours(at_microsecond(when)) for when, _ in last]),
        beyond=_share([AccessFlag.OUT_OF_AREA in risks.split() for _, risks in last]),
    )
    others = tuple(index for index in firsts if index != observed.index)
    return Remembered(observed, usual, others, tuple(index for _, index in looks))


def forget_before(connection: sqlite3.Connection, newest_day: int) -> None:
    """Remove the questions of more than five weeks before a day."""
    old = (newest_day - KEPT_DAYS,)
    connection.execute(
        "DELETE FROM child WHERE query_id IN (SELECT query_id FROM question WHERE day < ?)", old
    )
    connection.execute("DELETE FROM question WHERE day < ?", old)
    connection.execute("DELETE FROM user_day WHERE day < ?", old)


def forget_pruned(connection: sqlite3.Connection, pruned: EntryRanges) -> None:
    """Remove the questions whose intents were pruned from the log, and days that had no other."""
    newest = pruned.held[-1].last if pruned.held else -1
    old = connection.execute("SELECT query_id, idx FROM question WHERE idx <= ?", (newest,))
    gone = [(name,) for name, index in old if pruned.covers(index)]
    connection.executemany("DELETE FROM child WHERE query_id = ?", gone)
    connection.executemany("DELETE FROM question WHERE query_id = ?", gone)
    if gone:
        connection.execute(_FORGET_DAYS)


def day_of(entry: Entry) -> int:
    """The day of an entry, in UTC, counted from 1970."""
    return microseconds(entry.at) // _DAY


def _observed(connection: sqlite3.Connection, query_id: str) -> ObservedAccess:
    row = connection.execute(
        "SELECT idx, at, user, issuer, organisation, manager, risks, tie FROM question"
        " WHERE query_id = ?",
        (query_id,),
    ).fetchone()
    index, at, user, issuer, organisation, manager, risks, tie = row
    children = connection.execute("SELECT pseudonym FROM child WHERE query_id = ?", (query_id,))
    return ObservedAccess(
        query_id=query_id,
        index=index,
        at=at_microsecond(at),
        user=user,
        issuer=issuer,
        organisation=organisation,
        manager=manager,
        children=frozenset(name for (name,) in children),
        risks=frozenset(map(AccessFlag, risks.split())),
        tie=WorkingRelationship(tie) if tie else None,
    )


def _different(rows: Iterable[Any], query_id: str) -> tuple[list[int], bool]:
    """The first intent about each child of the day, and whether this question's child is new.

    Two questions with any pseudonym in common are about one child.
    """
    asked: dict[str, tuple[int, set[str]]] = {}
    for name, index, pseudonym in rows:
        asked.setdefault(name, (index, set()))[1].add(pseudonym)
    seen: set[str] = set()
    firsts: list[int] = []
    new_today = False
    for name, (index, children) in asked.items():
        if seen.isdisjoint(children):
            firsts.append(index)
            new_today = name == query_id
        elif name == query_id:
            new_today = False
        seen |= children
    return firsts, new_today


def _keep_day(connection: sqlite3.Connection, given: dict[str, Any], children: int) -> None:
    connection.execute(
        "INSERT INTO user_day VALUES (:user, :issuer, :organisation, :day, :count)"
        " ON CONFLICT DO UPDATE SET children = excluded.children",
        {**given, "count": children},
    )


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if len(found) >= _ENOUGH else None


def _json(names: Iterable[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in sorted(names)) + "]"
