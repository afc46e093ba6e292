"""Every entry that fits is found, newest first, whatever else is asked of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.codes import Purpose
from gateway.audit.entry import AuditedAgency, AuditKind, Entry
from gateway.audit.finder import Finder
from gateway.audit.log import AuditLog
from gateway.audit.risk import Risk
from gateway.audit.search import Place, Search
from gateway.audit.search_statement import statement
from gateway.audit.store_file import reading
from tests.gateway.audit.examples import MAYA, NOON, OMAR, asked

USERS, PURPOSES = ("j.okafor", "s.worker"), (Purpose.SAFEGUARDING, Purpose.EARLY_HELP)
KINDS = (AuditKind.INTENT, AuditKind.BREAK_GLASS)
AGENCIES, CHILDREN = ("school", "gp"), (MAYA, OMAR)


def entries() -> list[Entry]:
    """One for each combination, seconds apart, the clock stepping back once."""
    all_of_it = product(USERS, PURPOSES, KINDS, AGENCIES, CHILDREN)
    return [
        replace(
            asked(f"q{number // 4}", child),
            user=user,
            purpose=purpose,
            kind=kind,
            organisation=f"org-{number % 3}",
            agencies=(AuditedAgency(agency), AuditedAgency("always")),
            risks=(Risk.BREAK_GLASS,) if number % 5 == 0 else (),
            at=NOON + timedelta(seconds=number if number != 20 else -5),
        )
        for number, (user, purpose, kind, agency, child) in enumerate(all_of_it)
    ]


def fits(search: Search, entry: Entry) -> bool:
    """The search, said plainly."""
    plain = ("user", "organisation", "purpose", "kind", "query_id")
    return (
        all(getattr(search, n) in {None, getattr(entry, n)} for n in plain)
        and (search.agency is None or search.agency in {a.agency for a in entry.agencies})
        and (search.pseudonyms is None or bool(search.pseudonyms & {*entry.child_pseudonyms}))
        and (search.since is None or entry.at >= search.since)
        and (search.before is None or entry.at < search.before)
        and search.break_glass in {None, entry.breaks_glass}
    )


def newest_first(search: Search, held: Iterable[Entry]) -> list[int]:
    places = [Place(int((e.at - NOON) / timedelta(seconds=1)), i) for i, e in enumerate(held)]
    found = [p for p, e in zip(places, held, strict=True) if fits(search, e)]
    return [p.index for p in sorted(found, key=lambda p: (p.at, p.index), reverse=True)]


def one_of(*values: object) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


SEARCHES = st.builds(
    Search,
    user=one_of(*USERS, "nobody"),
    organisation=one_of("org-0", "org-1"),
    agency=one_of(*AGENCIES, "always"),
    purpose=one_of(*PURPOSES),
    kind=one_of(*KINDS),
    query_id=one_of("q1", "q5"),
    pseudonyms=one_of(frozenset({MAYA}), frozenset(CHILDREN), frozenset()),
    since=one_of(NOON, NOON + timedelta(seconds=9)),
    before=one_of(NOON + timedelta(seconds=20)),
    break_glass=st.none() | st.booleans(),
)


@pytest.fixture
async def filled(log: AuditLog) -> AuditLog:
    for entry in entries():
        await log.append(entry)
    return log


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(SEARCHES)
async def test_any_search_finds_what_fits_and_nothing_else(
    filled: AuditLog, search: Search
) -> None:
    found = await filled.search(search)
    assert [logged.index for logged in found] == newest_first(search, entries())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(SEARCHES, st.integers(1, 7))
async def test_pages_follow_each_other_without_gap_or_repeat(
    filled: AuditLog, search: Search, count: int
) -> None:
    found: list[int] = []
    after: Place | None = None
    while page := await filled.search(search, after=after, count=count):
        found += [logged.index for logged in page]
        after = Place.read(page[-1].place.cursor)
    assert found == newest_first(search, entries())


async def test_a_page_stays_where_it_was_when_the_log_grows(filled: AuditLog) -> None:
    first = await filled.search(Search(), count=5)
    await filled.append(replace(asked(), at=NOON + timedelta(hours=1)))
    second = await filled.search(Search(), after=first[-1].place, count=5)
    assert [*first, *second] == list((await filled.search(Search(), count=11))[1:])


@pytest.mark.parametrize(
    "cursor", ["", "x", "MTIz", "LzE=", "MS8x\n", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTkvMQ=="]
)
def test_what_is_no_cursor_is_none(cursor: str) -> None:
    assert Place.read(cursor) is None


@pytest.mark.usefixtures("filled")
async def test_every_search_walks_an_index(path: Path) -> None:
    Finder.beside(path).catch_up()
    narrow = [
        Search(),
        Search(user="a"),
        Search(agency="a"),
        Search(kind=KINDS[0]),
        Search(purpose=PURPOSES[0]),
    ]
    for search in [
        *narrow,
        Search(organisation="a", before=NOON),
        Search(pseudonyms=frozenset({MAYA})),
    ]:
        sql, given_ = statement(search, Place(0, 0), 10)
        with reading(Finder.beside(path).index) as connection:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", given_)]
        assert not any(step.startswith("SCAN entry") and "INDEX" not in step for step in plan)
        if search.pseudonyms is None:
            assert not any("TEMP B-TREE" in step for step in plan), plan


@pytest.mark.parametrize("harm", ["removed", "garbage", "of another log"])
async def test_a_lost_or_foreign_index_is_drawn_again(
    path: Path, filled: AuditLog, tmp_path: Path, harm: str
) -> None:
    before = await filled.search(Search(user=USERS[0]))
    index = Finder.beside(path).index
    for file in index.parent.glob(f"{index.name}-*"):
        file.unlink()
    if harm == "removed":
        index.unlink()
    elif harm == "garbage":
        index.write_bytes(b"garbage" * 1000)
    else:
        other = await AuditLog.open(tmp_path / "other" / "log.db")
        await other.append(asked("elsewhere"))
        await other.search(Search())
        await other.aclose()
        Finder.beside(tmp_path / "other" / "log.db").index.replace(index)
    assert await filled.search(Search(user=USERS[0])) == before
