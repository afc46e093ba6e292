"""What is to be told is told at last: whatever failed, one failed round is never the last."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.model.clock import Clock
from gateway.oversight.break_glass.store.grant import Notice
from gateway.oversight.break_glass.store.grants import SqlGrants
from gateway.oversight.notices import Notifier
from tests.support.gateway.grants import GIVEN
from tests.support.gateway.reloading import until

FILE = "break-glass.sqlite"


class Place:
    """A place that takes notices, or fails as it is told to."""

    def __init__(self) -> None:
        self.taken: list[Notice] = []
        self.fails: Exception | None = None
        self.asked = 0

    async def send(self, notice: Notice) -> bool:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        self.taken.append(notice)
        return True


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
async def notifier(tmp_path: Path, place: Place) -> AsyncIterator[Notifier]:
    store = await SqlGrants.at_file(tmp_path / FILE)
    made = Notifier(store, place.send, Clock(), lambda: ("deputy",))
    keeping = asyncio.create_task(made.keep_notifying())
    yield made
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


def renamed(file: Path, before: str, after: str) -> None:
    with closing(sqlite3.connect(file)) as opened:
        opened.execute(f"ALTER TABLE {before} RENAME TO {after}")


async def test_once_the_store_is_back_what_waited_is_told(
    tmp_path: Path, notifier: Notifier, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    await notifier.store.add(GIVEN, (), ["officer"], "granted")
    renamed(tmp_path / FILE, "notice", "away")
    assert not await notifier.escalate("q9", 3, "alert-overdue")
    notifier.hurry()

    async def behind() -> bool:
        return capfd.readouterr().out.count("notices_behind") > 0

    await until(behind)
    renamed(tmp_path / FILE, "away", "notice")
    assert await notifier.escalate("q9", 3, "alert-overdue")

    async def told() -> bool:
        return {(each.about, each.place) for each in place.taken} >= {
            ("q9", "deputy"),
            ("q1", "officer"),
        }

    await until(told)


async def test_a_bug_in_one_round_is_not_the_last_round(notifier: Notifier, place: Place) -> None:
    place.fails = ValueError("a bug")
    assert await notifier.escalate("q1", 1, "alert-overdue")

    async def asked() -> bool:
        return place.asked > 0

    await until(asked)
    place.fails = None
    assert await notifier.escalate("q2", 2, "alert-overdue")

    async def told() -> bool:
        return [each.about for each in place.taken] == ["q2"]

    await until(told)


async def test_without_deputies_nothing_counts_as_told(tmp_path: Path, place: Place) -> None:
    store = await SqlGrants.at_file(tmp_path / FILE)
    await store.add(GIVEN, (), (), "granted")
    deputies: list[str] = []
    notifier = Notifier(store, place.send, Clock(), lambda: tuple(deputies))
    assert not await notifier.escalate("q9", 3, "alert-overdue")
    await notifier.tell()
    assert place.taken == []
    deputies.append("deputy")
    await notifier.tell()
    assert [(each.about, each.kind) for each in place.taken] == [("q1", "overdue")]


async def test_nothing_is_overdue_by_a_clock_that_the_log_contradicts(
    tmp_path: Path, place: Place
) -> None:
    store = await SqlGrants.at_file(tmp_path / FILE)
    await store.add(GIVEN, (), [], "granted")
    agrees = [False]
    notifier = Notifier(store, place.send, Clock(), lambda: ("deputy",), lambda: agrees[0])
    await notifier.tell()
    assert place.taken == []
    agrees[0] = True
    await notifier.tell()
    assert [notice.place for notice in place.taken] == ["deputy"]
