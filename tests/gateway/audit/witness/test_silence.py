"""A gateway whose witness falls silent raises the alarm after one hour and stops after four."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from gateway.audit.publish.quorum import at_least
from gateway.config.settings import Settings
from gateway.identity.development_token import issue
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, AgencyServer, SourceFile, rest_source
from tests.support.audit.publishing import ORIGIN
from tests.support.audit.signing import new_log_key
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.town import (
    PRACTITIONER,
    QUERY,
    Answer,
    Town,
    again,
    settings_for,
    variables_for,
)
from tests.support.verify.witness_process import WitnessProcess, witness_process

EVERY: Final = 61.5  # seconds; no other stage waits for as long


@dataclass
class Hours:
    """A clock in a file, which the witness reads too; the watch's rounds wait for a test."""

    file: Path
    at: float = field(default_factory=time.time)
    rounds: int = 0
    due: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.file.write_text(str(self.at))

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: datetime.fromtimestamp(self.at, UTC), sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        if seconds != EVERY:
            await asyncio.sleep(seconds)
            return
        self.done.set()
        await self.due.wait()
        self.due.clear()

    async def pass_by(self, minutes: float) -> None:
        """Let time pass, and the gateway ask its witness once more."""
        await patiently(self.done.wait())
        self.done.clear()
        self.at += minutes * 60
        self.file.write_text(str(self.at))
        self.due.set()
        await patiently(self.done.wait())


@dataclass
class Watched:
    """A gateway's files, one agency, its witness's process, and the time of both."""

    settings: Settings
    agency_server: AgencyServer
    witness: WitnessProcess
    hours: Hours

    async def ask(self, town: Town) -> Answer:
        """Ask with a token that is fresh by this clock."""
        bearer = issue(PRACTITIONER, town.settings, now=self.hours.at, lifetime_s=600)
        headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
        return await town.post({"query": QUERY, "variables": variables_for()}, headers)

    async def refused(self, town: Town) -> bool:
        """Ask; whether nobody was asked, for want of a witness."""
        before = len(self.agency_server.asked)
        answer = await self.ask(town)
        if answer.status == 200:
            assert len(self.agency_server.asked) > before
            return False
        assert answer.status == 503
        assert answer.body["errors"][0]["extensions"]["code"] == "LOG_UNWITNESSED"
        assert len(self.agency_server.asked) == before
        return True


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    (folder / "state").mkdir(mode=0o700)
    key = await new_log_key(folder / "state", ORIGIN)
    hours, agency_server = Hours(folder / "clock"), AgencyServer()
    async with serving(agency_server.answer) as url:
        with witness_process(folder / "witness", key, hours.file) as witness:
            source: SourceFile = rest_source("spine", url, claims=AUTHORITY)
            more: dict[str, Any] = {
                "witnesses__trusted": [witness.listed],
                "witnesses__every": EVERY,
            }
            settings = settings_for(folder, [source], witnesses__quorum=1, **more)
            yield Watched(settings, agency_server, witness, hours)


def said(events: list[MutableMapping[str, Any]], event: str) -> int:
    return sum(each["event"] == event for each in events)


async def test_an_hour_of_silence_raises_the_alarm_and_four_stop_the_gateway(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path) as each, again(each.settings, each.hours.clock) as town:
        assert not await each.refused(town)
        each.witness.kill()
        with capture_logs() as events:
            await each.hours.pass_by(59)
            assert said(events, "witnesses_silent") == 0
            await each.hours.pass_by(2)
            assert said(events, "witnesses_silent") == 1
            assert not await each.refused(town)
        await each.hours.pass_by(178)
        assert not await each.refused(town)
        await each.hours.pass_by(2)
        assert await each.refused(town)


async def test_a_restart_is_no_way_around_the_four_hours(tmp_path: Path) -> None:
    async with watched(tmp_path) as each:
        async with again(each.settings, each.hours.clock) as town:
            each.witness.kill()
            await each.hours.pass_by(150)
            assert not await each.refused(town)
        each.hours.at += 100 * 60
        each.hours.done.clear()
        with capture_logs() as events:
            async with again(each.settings, each.hours.clock) as town:
                assert await each.refused(town)
        assert said(events, "witnesses_silent") >= 1


async def test_once_its_witness_is_back_the_gateway_serves_again(tmp_path: Path) -> None:
    async with watched(tmp_path) as each, again(each.settings, each.hours.clock) as town:
        each.witness.kill()
        await each.hours.pass_by(241)
        assert await each.refused(town)
        each.witness.start()
        with capture_logs() as events:
            await each.hours.pass_by(1)
        assert not await each.refused(town)
        assert [each for each in events if each["event"].startswith("witness")] == []


async def test_a_witness_restored_from_its_own_backup_is_told_what_it_forgot(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path) as each, again(each.settings, each.hours.clock) as town:
        memory, backup = tmp_path / "witness" / "seen.sqlite", tmp_path / "backup"
        shutil.copy(memory, backup)
        assert not await each.refused(town)
        await each.hours.pass_by(1)
        each.witness.kill()
        assert memory.read_bytes() != backup.read_bytes()
        shutil.copy(backup, memory)
        each.witness.start()
        assert not await each.refused(town)
        with capture_logs() as events:
            await each.hours.pass_by(1)
        state = await town.pipeline.publication.cosigned(at_least(1))
        assert state is not None
        assert (state.size, events) == (await town.pipeline.publication.log.size(), [])


@pytest.mark.parametrize("hours", [-5, -0.5])
async def test_a_clock_that_steps_back_makes_no_old_signature_fresh(
    tmp_path: Path, hours: float
) -> None:
    async with watched(tmp_path) as each, again(each.settings, each.hours.clock) as town:
        assert not await each.refused(town)
        await each.hours.pass_by(1)
        each.witness.kill()
        with capture_logs() as events:
            await each.hours.pass_by(hours * 60)
        assert said(events, "witnesses_silent") == 1
        assert await each.refused(town)
