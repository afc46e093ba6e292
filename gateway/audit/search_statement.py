"""A search as SQL that walks one index from its newest end: the narrowest the search allows."""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.moment import microseconds
from gateway.audit.search import Place, Search

Values = tuple[str | int, ...]

_HINT: Final = re.compile(r" INDEXED BY \w+")

# The first of these that the search names is walked; without any, time is.
_WALKS: Final = ("query_id", "user", "organisation", "kind", "purpose")
_COLUMNS: Final = ("user", "organisation", "kind", "purpose", "query_id")
_AMONG_THE_ASKED: Final = (
    "EXISTS (SELECT 1 FROM asked_agency AS a"
    " WHERE a.agency = ? AND a.at = entry.at AND a.idx = entry.idx)"
)


def numbered_statement(search: Search, after: Place | None, count: int) -> tuple[str, Values]:
    """As `statement`, as PostgreSQL has it, which plans by itself; the leaf stands beside."""
    sql, values = statement(search, after, count)
    sql = _HINT.sub("", sql).replace("CROSS JOIN", "JOIN")
    sql = sql.replace("SELECT entry.idx", "SELECT entry.idx, entry.leaf", 1)
    numbers = iter(range(1, len(values) + 1))
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql), values


def statement(search: Search, after: Place | None, count: int) -> tuple[str, Values]:
    """The SQL that finds the indexes of up to `count` entries, and the values it is given."""
    walked, ordered = _walk(search)
    found = list(_conditions(search, after, ordered))
    where = " AND ".join(condition for condition, _ in found) or "TRUE"
    sql = (
        f"SELECT entry.idx FROM {walked} WHERE {where}"  # noqa: S608 - no part of it comes with a request
        f" ORDER BY {ordered}.at DESC, {ordered}.idx DESC LIMIT ?"
    )
    return sql, (*(value for _, values in found for value in values), count)


def _walk(search: Search) -> tuple[str, str]:
    if search.pseudonyms is not None and search.query_id is None:
        return "entry", "entry"
    if search.agency is not None and search.user is None and search.query_id is None:
        return "asked_agency CROSS JOIN entry USING (idx)", "asked_agency"
    named = {name for name in _WALKS if getattr(search, name) is not None}
    if search.break_glass and not named & {"query_id", "user"}:
        return "entry INDEXED BY entry_broke_glass", "entry"
    name = next((name for name in _WALKS if name in named), "at")
    return f"entry INDEXED BY entry_{name}", "entry"


def _conditions(search: Search, after: Place | None, ordered: str) -> Iterator[tuple[str, Values]]:
    for column in _COLUMNS:
        if (value := getattr(search, column)) is not None:
            yield f"entry.{column} = ?", (str(value),)
    if search.pseudonyms is not None:
        marks = ", ".join("?" * len(search.pseudonyms))
        among = f"SELECT idx FROM child_pseudonym WHERE pseudonym IN ({marks})"  # noqa: S608 - marks alone
        found = f"entry.idx IN ({among})" if search.pseudonyms else "FALSE"
        yield found, tuple(sorted(search.pseudonyms))
    if search.agency is not None:
        own = ordered == "asked_agency"
        yield "asked_agency.agency = ?" if own else _AMONG_THE_ASKED, (search.agency,)
    if search.since is not None:
        yield f"{ordered}.at >= ?", (microseconds(search.since),)
    if search.before is not None:
        yield f"{ordered}.at < ?", (microseconds(search.before),)
    if search.break_glass is not None:
        # Written out, so that SQLite sees that the partial index fits.
        yield f"entry.broke_glass = {int(search.break_glass)}", ()
    if after is not None:
        yield f"({ordered}.at, {ordered}.idx) < (?, ?)", (after.at, after.index)
