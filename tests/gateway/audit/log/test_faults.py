"""Whatever happens to the machine or its disk, what was acknowledged is in the log."""

import random
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.errors import LogUnavailable
from gateway.audit.log.embedded import AuditLog
from gateway.audit.store.sqlite import create_log, read_rows
from tests.support.audit.examples import asked, everything_in
from tests.support.audit.programs import running
from tests.support.patience import PATIENCE_S
from tests.support.samples import examples


def killed_while_appending(path: Path, run: int, lines: int) -> dict[int, str]:
    """What a process printed before it was killed, which was after `lines` lines."""
    with running("appending", str(path), str(run)) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        printed += process.stdout.readlines()
    whole = (line.split() for line in printed if line.endswith("\n"))
    return {int(index): query_id for index, query_id in whole}


def moved_away(path: Path) -> Callable[[], Path]:
    """Move the log to another name; the function that puts it back."""
    away = path.rename(path.with_name("away.db"))
    return lambda: away.rename(path)


@pytest.mark.sampled
async def test_an_acknowledged_entry_survives_kill_9_at_any_moment(path: Path) -> None:
    acknowledged: dict[int, str] = {}
    moments = random.Random(6)  # noqa: S311 - the same moments every time, as far as a kill can be
    for run in range(examples(4)):
        acknowledged |= killed_while_appending(path, run, moments.randrange(1, 200))
        log = await AuditLog.open(path)
        size = await log.size()
        held = {each.index: each.entry.query_id for each in await log.entries(count=size)}
        await log.aclose()
        assert sorted(held) == list(range(size))
        assert acknowledged.items() <= held.items()


def test_a_full_disk_fails_closed_and_the_log_recovers(path: Path) -> None:
    with running("full_disk", str(path)) as process:
        printed, _ = process.communicate(timeout=PATIENCE_S)
    assert printed.split() == ["1"] * 3 + ["0"] * 3 + ["1"] * 3
    leaves = read_rows(path, "SELECT idx, leaf FROM entry ORDER BY idx", ())
    assert [index for index, _ in leaves] == list(range(6))
    assert not any(b"full-" in leaf for _, leaf in leaves)


def test_a_log_that_may_only_be_read_is_unavailable() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        create_log(path)
        Path(folder).chmod(0o555)
        path.chmod(0o444)
        with running("read_only", str(path)) as process:
            printed, _ = process.communicate(timeout=PATIENCE_S)
        Path(folder).chmod(0o700)
    assert printed == "LogUnavailable"


async def test_a_log_moved_away_takes_nothing_until_it_is_back(path: Path, log: AuditLog) -> None:
    assert await log.append(asked("before")) == 0
    put_back = moved_away(path)
    for _ in range(2):
        with pytest.raises(LogUnavailable):
            await log.append(asked("away"))
    put_back()
    assert await log.append(asked("back")) == 1


async def test_a_log_replaced_by_an_empty_one_takes_nothing(path: Path, log: AuditLog) -> None:
    await log.append(asked())
    moved_away(path)
    create_log(path)
    empty = everything_in(path)
    for _ in range(2):
        with pytest.raises(LogUnavailable):
            await log.append(asked())
    assert everything_in(path) == empty


async def test_a_group_that_fails_is_told_to_each_who_waits(path: Path, log: AuditLog) -> None:
    await log.append(asked())
    moved_away(path)
    failures = set()
    for _ in range(3):
        with pytest.raises(LogUnavailable) as failure:
            await log.append(asked())
        failures.add(failure.value)
    assert len(failures) == 3


async def test_a_group_that_breaks_off_midway_leaves_nothing(path: Path, log: AuditLog) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as meddler:
        meddler.execute("INSERT INTO leaf_hash VALUES (1, x'00')")
    assert await log.append(asked("q1")) == 0
    with pytest.raises(LogUnavailable):
        await log.append(asked("q2"))
    assert await log.size() == 1


def test_the_log_cannot_be_made_where_a_file_stands_in_the_way(tmp_path: Path) -> None:
    with closing((tmp_path / "file").open("wb")):
        pass
    with pytest.raises(LogUnavailable):
        create_log(tmp_path / "file" / "log.db")
