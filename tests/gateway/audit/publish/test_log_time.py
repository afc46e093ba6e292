"""A clock that is days from what the log knows removes nothing, and somebody hears of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from demo.processes.postgres import Postgres
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.range import EntryRange
from gateway.audit.errors import ClockApart
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.publish.log_time import (
    DAYS_APART,
    Apart,
    ClockWatch,
    clock_apart,
    refuse_false_clock,
)
from gateway.audit.publish.pruning import TIME_TOLD, pruning
from gateway.audit.publish.publication import Publication
from gateway.audit.store.contract import Log
from gateway.audit.tree.note import NoteSigner
from gateway.audit.verify.key import VerifierKey
from gateway.audit.witness.cosigner import Cosigner
from gateway.model.clock import Clock
from tests.support.audit.database import ROLE, new_schema
from tests.support.audit.examples import NOON, asked
from tests.support.audit.pruned import policy
from tests.support.audit.publishing import ORIGIN
from tests.support.audit.signing import signing

DAY = timedelta(days=1)
FAR = DAYS_APART * DAY
NINE_YEARS = 9 * 365 * DAY


@pytest.fixture(params=["sqlite", "postgres"])
async def log(
    request: pytest.FixtureRequest, path: Path, postgres: Postgres, tmp_path: Path
) -> AsyncIterator[Log]:
    if request.param == "sqlite":
        opened: Log = await AuditLog.open(path)
    else:
        dsn = postgres.dsn(await new_schema(postgres), ROLE)
        opened = await PostgresLog.open(dsn, tmp_path / "found-by", unsynced=True)
    yield opened
    await opened.aclose()


@dataclass
class Watch:
    """A wrist watch and a count of seconds, that a test sets."""

    at: datetime = NOON
    counted: float = 0.0
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(now=lambda: self.at, monotonic=lambda: self.counted)


def said(at: datetime) -> Entry:
    return replace(asked(f"query-{int(at.timestamp())}"), at=at)


async def fill(log: Log, *times: datetime) -> None:
    for at in times:
        await log.append(said(at))


async def nobody() -> None:
    """As of a log without witnesses."""


async def refused(
    log: Log, now: datetime, told: datetime | None = None, witnessed: int | None = None
) -> str:
    try:
        await refuse_false_clock(log, now, told, witnessed)
    except ClockApart as error:
        return str(error)
    return ""


@pytest.mark.parametrize("off", [FAR, -FAR])
async def test_a_clock_a_week_from_the_last_entry_is_believed_and_no_further(
    log: Log, off: timedelta
) -> None:
    await fill(log, NOON)
    assert await clock_apart(log, NOON + off) is None
    moment = timedelta(seconds=1 if off > timedelta() else -1)
    found = await clock_apart(log, NOON + off + moment)
    assert found == Apart(off // DAY, "the log's last entry")


@pytest.mark.parametrize("off", [NINE_YEARS, -NINE_YEARS])
async def test_years_ahead_or_behind_nothing_may_be_pruned(log: Log, off: timedelta) -> None:
    await fill(log, NOON - 9 * DAY, NOON)
    assert "nothing was removed" in await refused(log, NOON + off)
    assert not await refused(log, NOON)


async def test_a_clock_that_wrote_entries_itself_is_no_witness_for_itself(log: Log) -> None:
    await fill(log, NOON - 9 * DAY, NOON, NOON + NINE_YEARS)
    assert "7 to 14 days old" in await refused(log, NOON + NINE_YEARS)


async def test_a_log_that_rested_is_pruned_once_a_person_read_another_clock(log: Log) -> None:
    now = NOON + 20 * DAY
    await fill(log, NOON)
    assert "--now" in await refused(log, now)
    assert not await refused(log, now, told=now - timedelta(hours=3))
    assert "the time that you gave" in await refused(log, now, told=now - 2 * DAY)


async def test_a_witness_contradicts_both_the_clock_and_the_person(
    log: Log, tmp_path: Path
) -> None:
    await fill(log, NOON)
    signer = await signing(NoteSigner.at(tmp_path / "log-key", ORIGIN), tmp_path)
    witness = Cosigner.at(tmp_path / "witness-key", "w1")
    trusted = [VerifierKey.read(witness.verifier_key)]
    publication = await Publication.open(log, signer, lambda: NOON, trusted, sign_unmarked=True)
    state, at = await publication.newest(), int(NOON.timestamp())
    line = witness.cosign(state.note.partition("\n\n")[0] + "\n", at)
    await log.cosign(state.size, "w1", at + 9, "a line of nobody's\n")
    await log.cosign(state.size, "w1", at, line)
    ahead = NOON + NINE_YEARS
    await fill(log, ahead - 9 * DAY, ahead)
    said = await publication.witnessed_at()
    assert said == at
    assert "witness's signature" in await refused(log, ahead, witnessed=said)
    assert "witness's signature" in await refused(log, ahead, told=ahead, witnessed=said)


async def test_a_clock_that_was_wrong_for_longer_than_a_week_needs_a_witness(log: Log) -> None:
    ahead = NOON + NINE_YEARS
    await fill(log, NOON, ahead - 9 * DAY, ahead)
    assert not await refused(log, ahead)
    with pytest.raises(ClockApart, match="witness's signature"):
        await refuse_false_clock(log, ahead, None, int(NOON.timestamp()))


async def test_a_clock_that_is_mended_is_believed_again_whatever_it_wrote(log: Log) -> None:
    await fill(log, NOON - 9 * DAY, NOON + NINE_YEARS, NOON)
    assert not await refused(log, NOON)


async def test_a_clock_that_jumps_while_it_runs_is_told_once_and_so_is_its_mending(
    log: Log,
) -> None:
    watch, agreed = Watch(), list[bool]()
    await fill(log, NOON)
    looking = ClockWatch(log, watch.clock, nobody)
    jumped = NOON + NINE_YEARS
    with capture_logs() as told:
        for at, counted in ((NOON, 0), (jumped, 60), (jumped, 120), (NOON, 180)):
            watch.at, watch.counted = at + timedelta(seconds=counted), counted
            await fill(log, watch.at)  # an entry that agrees with whatever the clock says
            await looking.look()
            agreed.append(looking.agrees)
    assert agreed == [True, False, False, True]
    assert [(each["event"], each.get("days")) for each in told] == [
        ("clock_apart", 3285),
        ("clock_agrees", None),
    ]


async def test_the_pruning_says_that_the_time_was_told(tmp_path: Path) -> None:
    made = pruning(policy(tmp_path), "r.officer", NOON, time_told=True)((EntryRange(0, 1),))
    assert (made.kind, made.detail) == (AuditKind.PRUNING, TIME_TOLD)
