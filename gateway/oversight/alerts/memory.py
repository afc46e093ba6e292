"""What is remembered of questions for five weeks: who asked when about whom, as pseudonyms."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.time_units import at_microsecond, microseconds
from gateway.oversight.alerts.children_of_day import count_in, count_out
from gateway.oversight.alerts.observed_access import ObservedAccess, UsualAccess, at_odd_hours

KEPT_DAYS: Final = 35
# A relationship of user or team takes a question out of the usual accesses; an organisation's not.
_UNEXPLAINED: Final = (None, WorkingRelationship.ORGANISATION)
_DAY: Final = timedelta(days=1) // timedelta(microseconds=1)
_ENOUGH: Final = 10
_OF_USER: Final = "user = :user AND issuer = :issuer AND organisation = :organisation"
_TODAY: Final = f"SELECT children FROM user_day WHERE {_OF_USER} AND day = :day"  # noqa: S608 - our own words
_LATER_TODAY: Final = (
    f"SELECT count(*) FROM question WHERE {_OF_USER} AND at > :at AND day = :day AND first = 1"  # noqa: S608 - our own words
)
_OTHERS_TODAY: Final = f"""
SELECT idx FROM question
WHERE {_OF_USER} AND at BETWEEN :midnight AND :at AND first = 1 AND query_id <> :query_id
ORDER BY at DESC, idx DESC LIMIT :most
"""  # noqa: S608 - our own words
_LOOKS: Final = f"""
SELECT day, min(idx) FROM day_child
WHERE {_OF_USER} AND pseudonym IN (SELECT value FROM json_each(:children))
  AND day BETWEEN :day - 28 AND :day - 1
GROUP BY day
"""  # noqa: S608 - our own words
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
    """A question with its user's usual accesses; `looks` are intents of earlier looks at it."""

    observed: ObservedAccess
    usual: UsualAccess
    looks: tuple[int, ...]


def note(connection: sqlite3.Connection, index: int, entry: Entry) -> None:
    """Remember what an entry of a question says more than those before it."""
    at, query_id = microseconds(entry.at), str(entry.query_id)
    connection.execute(
        "INSERT OR IGNORE INTO question VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', NULL, 0)",
        (
            *(query_id, index, at, at // _DAY),
            *(entry.user, entry.issuer or "", entry.organisation, entry.manager),
        ),
    )
    risks, tie = connection.execute(
        "SELECT risks, tie FROM question WHERE query_id = ?", (query_id,)
    ).fetchone()
    all_risks = sorted({*risks.split(), *entry.risks})
    nearest = next((each for each in WorkingRelationship if each in {tie, entry.tie}), None)
    connection.execute(
        "UPDATE question SET risks = ?, tie = ? WHERE query_id = ?",
        (" ".join(all_risks), nearest, query_id),
    )
    if nearest in _UNEXPLAINED:
        new = _new_names(connection, query_id, entry.child_pseudonyms)
        count_in(connection, query_id, new)
    elif tie in _UNEXPLAINED:
        # Nothing is compared with it any more, and nothing will be found in it.
        count_out(connection, query_id)
        connection.execute("DELETE FROM child WHERE query_id = ?", (query_id,))


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
        "children": _json(observed.children),
    }
    looks = connection.execute(_LOOKS, given).fetchall()
    last = connection.execute(_LAST, given).fetchall()
    usual = UsualAccess(
        usual=tuple(count for (count,) in connection.execute(_USUAL, given)),
        today=max(_today(connection, given), 1),
        new_today=_is_first(connection, query_id),
        looks=len(looks),
        odd=_share([at_odd_hours(at_microsecond(when)) for when, _ in last]),
        beyond=_share([AccessFlag.OUT_OF_AREA in risks.split() for _, risks in last]),
    )
    return Remembered(observed, usual, tuple(index for _, index in looks))


def others_today(
    connection: sqlite3.Connection, observed: ObservedAccess, most: int
) -> tuple[int, ...]:
    """The intents about the other children of the day up to this question; the last `most`."""
    at = microseconds(observed.at)
    given = {
        "user": observed.user,
        "issuer": observed.issuer,
        "organisation": observed.organisation,
        "at": at,
        "midnight": at // _DAY * _DAY,
        "query_id": observed.query_id,
        "most": most,
    }
    return tuple(index for (index,) in connection.execute(_OTHERS_TODAY, given))[::-1]


def forget_before(connection: sqlite3.Connection, newest_day: int) -> None:
    """Remove the questions of more than five weeks before a day."""
    old = (newest_day - KEPT_DAYS,)
    connection.execute(
        "DELETE FROM child WHERE query_id IN (SELECT query_id FROM question WHERE day < ?)", old
    )
    connection.execute("DELETE FROM question WHERE day < ?", old)
    connection.execute("DELETE FROM day_child WHERE day < ?", old)
    connection.execute("DELETE FROM user_day WHERE day < ?", old)


def forget_pruned(connection: sqlite3.Connection, pruned: EntryRanges) -> None:
    """Remove the questions whose intents were pruned from the log, and days that had no other."""
    newest = pruned.held[-1].last if pruned.held else -1
    old = connection.execute("SELECT query_id, idx FROM question WHERE idx <= ?", (newest,))
    gone = [(name,) for name, index in old if pruned.covers(index)]
    for (name,) in gone:
        count_out(connection, name)
    connection.executemany("DELETE FROM child WHERE query_id = ?", gone)
    connection.executemany("DELETE FROM question WHERE query_id = ?", gone)
    if gone:
        connection.execute(_FORGET_DAYS)


def day_of(at: datetime) -> int:
    """The day of a moment, in UTC, counted from 1970."""
    return microseconds(at) // _DAY


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


def _new_names(
    connection: sqlite3.Connection, query_id: str, names: Iterable[str]
) -> tuple[str, ...]:
    """Those of the pseudonyms that were not noted of the question yet, noted now."""
    sql = "INSERT OR IGNORE INTO child VALUES (?, ?)"
    return tuple(n for n in names if connection.execute(sql, (query_id, n)).rowcount)


def _today(connection: sqlite3.Connection, given: dict[str, Any]) -> int:
    """How many different children today, up to this question."""
    counted = connection.execute(_TODAY, given).fetchone()
    later = connection.execute(_LATER_TODAY, given).fetchone()
    return int(counted[0] - later[0]) if counted else 0


def _is_first(connection: sqlite3.Connection, query_id: str) -> bool:
    sql = "SELECT first FROM question WHERE query_id = ?"
    return bool(connection.execute(sql, (query_id,)).fetchone()[0])


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if len(found) >= _ENOUGH else None


def _json(names: Iterable[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in sorted(names)) + "]"
