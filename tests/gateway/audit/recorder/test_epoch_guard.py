"""The keys of an epoch are known again by the entry that began it: others are used for nothing."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.audit.errors import KeysUnavailable
from gateway.audit.keys.key_ring import KeyRing, begin_epoch
from gateway.audit.log.embedded import AuditLog
from gateway.audit.recorder.epoch_guard import FOUND, CheckedKeys, EpochGuard, key_checks
from gateway.model.clock import Clock
from tests.support.audit.cli import run
from tests.support.audit.examples import NOON, asked


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[AuditLog]:
    opened = await AuditLog.open(tmp_path / "log" / "audit.sqlite")
    yield opened
    await opened.aclose()


def guard(log: AuditLog, folder: Path, now: datetime = NOON) -> EpochGuard:
    """As a gateway that starts with the keys in this folder has it."""
    ring = KeyRing.at(folder, first_epoch="2026")
    return EpochGuard(log, CheckedKeys(ring), Clock(now=lambda: now))


async def found(log: AuditLog) -> list[str]:
    changes = [each.entry for each in await log.entries() if each.entry.detail == FOUND]
    return sorted(each.change.subject for each in changes if each.change)


async def test_each_epoch_is_written_down_once_and_no_empty_log_begun(
    log: AuditLog, tmp_path: Path
) -> None:
    await guard(log, tmp_path / "epochs").hold()
    assert await log.size() == 0
    await log.append(asked())
    begin_epoch_after = guard(log, tmp_path / "epochs")
    await begin_epoch_after.hold(writes=False)
    assert await log.size() == 1
    await begin_epoch_after.hold()
    begin_epoch(tmp_path / "epochs", "2027")
    for _ in range(2):
        await guard(log, tmp_path / "epochs", NOON + timedelta(days=1)).hold()
    assert await found(log) == ["epoch.2026", "epoch.2027"]


async def test_two_epochs_whose_keys_were_exchanged_are_used_for_nothing(
    log: AuditLog, tmp_path: Path
) -> None:
    folder = tmp_path / "epochs"
    KeyRing.at(folder, first_epoch="2026")
    begin_epoch(folder, "2027")
    await log.append(asked())
    await guard(log, folder).hold()
    contents = {name: (folder / f"{name}.json").read_text() for name in ("2026", "2027")}
    for name, other in (("2026", "2027"), ("2027", "2026")):
        (folder / f"{name}.json").write_text(contents[other].replace(f'"{other}"', f'"{name}"'))
    exchanged = guard(log, folder)
    with capture_logs() as events:
        await exchanged.hold()
    assert [(event["event"], event["count"]) for event in events] == [("epoch_keys_differ", 2)]
    keys = exchanged.checked
    for use in (keys.protect([b"m"]), keys.find([b"m"]), keys.open("2026", b"x" * 40, b"")):
        with pytest.raises(KeysUnavailable, match="restore them"):
            await use
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(content)
    restored = guard(log, folder)
    await restored.hold()
    assert (await restored.checked.protect([b"m"])).epoch == "2027"


async def test_other_keys_under_the_same_name_are_used_for_nothing(
    log: AuditLog, tmp_path: Path
) -> None:
    await log.append(asked())
    await guard(log, tmp_path / "epochs").hold()
    shutil.rmtree(tmp_path / "epochs")
    other = guard(log, tmp_path / "epochs")
    await other.hold()
    with pytest.raises(KeysUnavailable):
        await other.checked.protect([b"m"])


async def test_a_later_entry_of_an_epoch_changes_nothing(log: AuditLog, tmp_path: Path) -> None:
    await log.append(asked())
    await guard(log, tmp_path / "epochs").hold()
    other = guard(log, tmp_path / "other")
    check = (await key_checks(other.checked.keys))["2026"]
    await log.append(other._found("2026", check))  # noqa: SLF001 - as an intruder would
    await guard(log, tmp_path / "epochs").hold()
    await other.hold()
    with pytest.raises(KeysUnavailable):
        await other.checked.find([b"m"])


def test_the_entry_that_begins_an_epoch_has_the_check_of_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    (tmp_path / "settings.toml").write_text(
        'environment = "development"\n[files]\nstate = "state"\noperator = "operator.toml"\n'
    )
    (tmp_path / "operator.toml").write_text(
        'log_origin = "teamaround.example/log"\n[shield_team]\nname = "s"\n'
        'telephone = "01632 960999"\n[[area]]\ncode = "E09990001"\nname = "Northbrook"\n'
    )
    monkeypatch.setenv("TEAMAROUND_SETTINGS", str(tmp_path / "settings.toml"))
    KeyRing.at(state / "epochs", first_epoch="2026")
    assert run("begin-epoch", "2027", "--who", "k.officer").exit_code == 0
    checks = asyncio.run(_checks(state / "epochs"))
    assert run("destroy-epoch", "2026", "--who", "k.officer").exit_code == 0
    table = run("search", "--who", "a", "--kind", "CONFIGURATION_CHANGE").stdout
    for epoch in ("2026", "2027"):
        assert f'"change":{{"sha256":"{checks[epoch]}","subject":"epoch.{epoch}"}}' in table


async def _checks(folder: Path) -> dict[str, str]:
    return dict(await key_checks(KeyRing.at(folder, first_epoch="2026")))
