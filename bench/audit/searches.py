"""Every kind of search that auditors have, and the worst of them: how long a page takes."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from bench.audit import years
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.store.contract import Log

PAGE: Final = 51  # what a page of fifty reads
COUNTED: Final = 1001  # what `count` reads


@dataclass(frozen=True, slots=True)
class Took:
    """What one search took over its runs, in milliseconds, and how many it found."""

    name: str
    median: float
    worst: float
    found: int


def searches(size: int) -> Iterator[tuple[str, Search]]:
    """Every search of the table, for a log of `size` entries as `years` makes it up."""
    user, area = "user-4321", 4321 % years.AREAS
    local, other = years.agency_of(area, 12), years.agency_of(area + 1, 12)
    middle = years.BEGUN + years.EVERY * (size // 2)
    yield from _single(size, user, local, middle)
    yield from _narrow(user, local, other, middle)
    yield from _hardest(local, middle)


def _single(size: int, user: str, local: str, middle: datetime) -> Iterator[tuple[str, Search]]:
    yield "everything", Search()
    yield "child", Search(pseudonyms=frozenset(years.child_names(40_000)))
    yield "child often asked about", Search(pseudonyms=frozenset(years.child_names(0)))
    yield "child of nobody", Search(pseudonyms=frozenset(years.child_names(-1 % 2**190)))
    yield "user", Search(user=user)
    yield "busy user", Search(user=years.BUSY)
    yield "unknown user", Search(user="nobody")
    yield "organisation", Search(organisation=f"org-{4321 % years.AREAS}-1")
    yield "agency", Search(agency=local)
    yield "rare agency", Search(agency=years.RARE_AGENCY)
    for purpose in (years.RARE_PURPOSE, years.UNUSED_PURPOSE):
        yield f"purpose {purpose}", Search(purpose=purpose)
    for kind in (AuditKind.INTENT, AuditKind.REVIEW, AuditKind.PRUNING):
        yield f"kind {kind}", Search(kind=kind)
    yield "query id", Search(query_id=f"query-{size // 4 * 2:012}")
    yield "time", Search(since=middle, before=middle + timedelta(hours=1))
    for used in (True, False):
        yield f"break-glass {used}", Search(break_glass=used)


def _narrow(user: str, local: str, other: str, middle: datetime) -> Iterator[tuple[str, Search]]:
    yield "user, agency", Search(user=user, agency=local)
    yield "user, agency elsewhere", Search(user=user, agency=other)
    yield "organisation, purpose", Search(organisation="org-7-1", purpose=years.RARE_PURPOSE)
    yield "agency, kind, time", Search(agency=local, kind=AuditKind.RELEASE, before=middle)
    yield "agency, break-glass", Search(agency=local, break_glass=True)
    yield "agency, organisation elsewhere", Search(agency=other, organisation="org-121-1")


def _hardest(local: str, middle: datetime) -> Iterator[tuple[str, Search]]:
    busy = years.BUSY
    yield "busy user, rare agency", Search(user=busy, agency=years.RARE_AGENCY)
    yield "busy user, agency elsewhere", Search(user=busy, agency=local)
    yield "busy user, others' agency", Search(user=busy, agency=years.OTHERS_AGENCY)
    yield "busy user, rare purpose", Search(user=busy, purpose=years.RARE_PURPOSE)
    yield "busy user, unused purpose", Search(user=busy, purpose=years.UNUSED_PURPOSE)
    yield "busy user, kind REVIEW", Search(user=busy, kind=AuditKind.REVIEW)
    yield "busy user, break-glass, old", Search(user=busy, break_glass=True, before=middle)
    yield (
        "busy organisation, others' agency",
        Search(organisation=years.BUSY_ORGANISATION, agency=years.OTHERS_AGENCY),
    )
    yield (
        "purpose, others' agency, busy user, no break-glass",
        Search(
            purpose=years.RARE_PURPOSE, agency=years.OTHERS_AGENCY, user=busy, break_glass=False
        ),
    )


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Times the searches of one log, each so many times."""

    log: Log
    runs: int = 7

    async def measured(self) -> AsyncIterator[Took]:
        """Each search's first page, one far down its list, and the reading behind `count`."""
        for name, search in searches(await self.log.size()):
            first = await self._took(name, search)
            yield first
            if first.found == PAGE:
                deep = await self._far_down(search)
                yield await self._took(f"{name}, far down", search, after=deep)
                yield await self._took(f"{name}, counted", search, count=COUNTED)

    async def _far_down(self, search: Search) -> EntryPosition:
        # Where nine tenths of the log are passed, or the first that fits after that.
        (oldest,) = await self.log.entries(await self.log.size() // 10, 1)
        held = await self.log.search(search, after=oldest.place, count=1)
        return held[0].place if held else oldest.place

    async def _took(
        self, name: str, search: Search, *, after: EntryPosition | None = None, count: int = PAGE
    ) -> Took:
        took, found = list[float](), 0
        for _ in range(self.runs):
            began = time.perf_counter()
            found = len(await self.log.search(search, after=after, count=count))
            took.append((time.perf_counter() - began) * 1000)
        return Took(name, median(took), max(took), found)
