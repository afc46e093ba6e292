"""Old entries go under a written policy: declared in the log and signed first, then their bytes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.range import EntryRange, joined, ranges_of
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.retention_policy import Retention
from gateway.audit.store.contract import READ_BOUND, Log

# So many ranges fit an entry, however long their indexes.
RANGES_AN_ENTRY: Final = 1500
TIME_TOLD: Final = "TIME_TOLD"


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many entries were declared now, and how many entries' bytes went."""

    declared: int
    removed: int


async def due_ranges(log: Log, policy: Retention, now: datetime) -> list[EntryRange]:
    """The entries that the policy no longer keeps and that nothing has declared pruned.

    An entry's age is taken from the newest timestamp at or before it, so setting the clock back
    never causes early deletion.
    """
    cutoffs, declared = policy.cutoffs(now), joined(await _declared(log))
    found = [i async for i in _due(log, cutoffs) if not declared.covers(i)]
    return list(ranges_of(found))


async def prune(
    publication: Publication,
    ranges: list[EntryRange],
    entry: Callable[[tuple[EntryRange, ...]], Entry],
    witnessed: Callable[[int], Awaitable[None]],
) -> Pruned:
    """Declare `ranges` in the log, have that state signed and `witnessed`, then take the bytes.

    What an earlier run declared and did not finish is finished too. `witnessed` is given the size
    of the log that holds the declaration, and raises if too few have signed it.
    """
    log = publication.log
    await log.recheck()
    for first in range(0, len(ranges), RANGES_AN_ENTRY):
        await log.append(entry(tuple(ranges[first : first + RANGES_AN_ENTRY])))
    checkpoint = await publication.newest()
    await witnessed(checkpoint.size)
    removed = 0
    async for index in _prunings(log):
        removed += await log.prune(index)
    return Pruned(sum(entry_range.last - entry_range.first + 1 for entry_range in ranges), removed)


def pruning(
    policy: Retention, who: str, now: datetime, *, time_told: bool = False
) -> Callable[[tuple[EntryRange, ...]], Entry]:
    """The entry that declares some ranges pruned under `policy`, by `who`.

    `time_told` says that a person gave the time, as the log itself could not confirm it.
    """

    def declared(ranges: tuple[EntryRange, ...]) -> Entry:
        return Entry(
            kind=AuditKind.PRUNING,
            at=now,
            user=who,
            document=policy.digest,
            policy_version=policy.name,
            pruned=ranges,
            detail=TIME_TOLD if time_told else None,
        )

    return declared


async def _due(log: Log, cutoffs: dict[AuditKind, datetime]) -> AsyncIterator[int]:
    first, newest, last = 0, datetime.min.replace(tzinfo=UTC), max(cutoffs.values())
    while page := await log.entries(first, READ_BOUND):
        for logged in page:
            held = orjson.loads(logged.leaf)
            at = datetime.fromisoformat(held["at"])
            newest = max(newest, at)
            if newest >= last:
                return
            cutoff = cutoffs.get(AuditKind(held["kind"]))
            if cutoff is not None and newest < cutoff:
                yield logged.index
        first = page[-1].index + 1


async def _declared(log: Log) -> list[EntryRange]:
    found: list[EntryRange] = []
    async for index in _prunings(log):
        (logged,) = await log.entries(index, 1)
        found += logged.entry.pruned
    return found


async def _prunings(log: Log) -> AsyncIterator[int]:
    after: EntryPosition | None = None
    while page := await log.search(Search(kind=AuditKind.PRUNING), after=after):
        for logged in page:
            yield logged.index
        after = page[-1].place
