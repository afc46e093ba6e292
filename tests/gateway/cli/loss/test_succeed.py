"""A lost log is never replaced in silence: the next one names it, and anybody checks both."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import Result

from gateway.audit.log.embedded import AuditLog
from gateway.oversight.break_glass.store.grants import SqlGrants
from tests.support.audit.cli import run
from tests.support.audit.examples import asked
from tests.support.audit.signing import open_as_gateway

LOST, NEXT = "teamaround.example/borough", "teamaround.example/borough-2"
SETTINGS = 'environment = "development"\n[files]\nstate = "{0}"\noperator = "{0}.toml"\n'
OPERATOR = (
    'log_origin = "{}"\ndeputies = ["https://deputy.example/told"]\n'
    '[shield_team]\nname = "s"\ntelephone = "01632 960999"\n'
    '[[area]]\ncode = "E09990001"\nname = "Northbrook"\n'
)
SAID = ("--reason", "the disk broke", "--decided-by", "d.irector", "--who", "o.perator")


@dataclass
class Place:
    """A gateway's settings, its log's name and its folder."""

    folder: Path
    name: str
    origin: str

    def __post_init__(self) -> None:
        self.settings.write_text(SETTINGS.format(self.name))
        (self.folder / f"{self.name}.toml").write_text(OPERATOR.format(self.origin))
        self.key = self("key").stdout.strip()

    @property
    def settings(self) -> Path:
        return self.folder / f"{self.name}-settings.toml"

    @property
    def export(self) -> Path:
        return self.folder / f"{self.name}-export"

    def __call__(self, *command: str | Path) -> Result:
        return run(*command, "--settings", self.settings)

    def write(self, count: int) -> None:
        async def written() -> None:
            state = self.folder / self.name
            opened = await AuditLog.open(state / "audit.sqlite")
            async with open_as_gateway(opened, state, self.origin) as log:
                for _ in range(count):
                    await log.append(asked())

        asyncio.run(written())

    def exported(self) -> Path:
        """An export, which is an entry of the log itself."""
        assert self("export", self.export).exit_code == 0
        return self.export


@pytest.fixture
def lost(tmp_path: Path) -> Place:
    place = Place(tmp_path, "lost", LOST)
    place.write(5)
    return place


@pytest.fixture
def following(tmp_path: Path) -> Place:
    return Place(tmp_path, "next", NEXT)


def succeed(place: Place, lost: Place, last: Path, *more: str) -> Result:
    return place("succeed", "--last", last, "--lost-key", lost.key, *SAID, *more)


def checked(place: Place, lost: Place, left: Path) -> Result:
    new = place.exported()
    keys = ("--key", place.key, "--lost-key", lost.key)
    return run("verify-loss", new, "--lost", left, *keys)


def test_both_logs_hold_and_the_gap_between_them_is_said(lost: Place, following: Place) -> None:
    last = lost.exported() / "checkpoint"
    begun = succeed(following, lost, last, "--found", "3")
    assert (begun.exit_code, following.key in begun.stdout) == (0, True)
    for left in (lost.export, last):
        said = checked(following, lost, left)
        assert said.exit_code == 0
        assert f"holds: {LOST}, 6 entries" in said.stdout
        assert "the gap: its entries from 6 on, to an unknown one" in said.stdout
        assert "by o.perator, decided by d.irector: the disk broke" in said.stdout
    plain = run("verify", following.export, "--key", following.key)
    assert f"succeeds {LOST}, of which 6 entries are known" in plain.stdout


def test_what_a_backup_lacks_of_the_lost_log_is_said(lost: Place, following: Place) -> None:
    backup = lost.exported().rename(lost.folder / "backup")
    lost.write(2)
    succeed(following, lost, lost.exported() / "checkpoint")
    said = checked(following, lost, backup).stdout
    assert "missing here: its entries 6 to 8" in said
    assert "the gap: its entries from 9 on" in said


def test_a_gap_that_is_said_to_be_larger_than_it_is_is_refused(
    lost: Place, following: Place
) -> None:
    early = lost.exported().rename(lost.folder / "early") / "checkpoint"
    lost.write(2)
    succeed(following, lost, early)
    refused = checked(following, lost, lost.exported())
    assert (refused.exit_code, "a signed state has 9" in refused.stderr) == (1, True)


def test_another_logs_state_or_key_is_not_the_lost_one(
    tmp_path: Path, lost: Place, following: Place
) -> None:
    succeed(following, lost, lost.exported() / "checkpoint")
    other = Place(tmp_path, "other", "teamaround.example/other")
    other.write(1)
    assert checked(following, other, other.exported()).exit_code == 1
    nothing = run(
        "verify-loss", lost.export, "--lost", lost.export, "--key", lost.key,
        "--lost-key", lost.key,
    )  # fmt: skip
    assert "names no log before it" in nothing.stderr
    refused = following("succeed", "--last", lost.export / "checkpoint", "--lost-key", other.key,
                        *SAID)  # fmt: skip
    assert refused.exit_code == 2


def test_no_log_succeeds_itself_and_none_that_has_entries_does(tmp_path: Path, lost: Place) -> None:
    last = lost.exported() / "checkpoint"
    assert "give it another" in succeed(lost, lost, last).stderr
    other = Place(tmp_path, "other", NEXT)
    other.write(1)
    assert "the log has entries" in succeed(other, lost, last).stderr


def test_the_people_in_charge_and_the_auditors_are_told(lost: Place, following: Place) -> None:
    succeed(following, lost, lost.exported() / "checkpoint")

    async def waiting() -> list[tuple[str, str]]:
        grants = await SqlGrants.at_file(following.folder / "next" / "break-glass.sqlite")
        return [(notice.place, notice.kind) for notice in await grants.claim(60)]

    assert asyncio.run(waiting()) == [("https://deputy.example/told", "log-loss")]
    found = following("search", "--who", "a.auditor", "--kind", "LOG_LOSS").stdout
    assert '"reason":"the disk broke"' in found
    assert f'"origin":"{LOST}"' in found
