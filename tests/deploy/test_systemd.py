"""The units start what there is, under accounts of their own, and with no power to spare."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from gateway.cli.serving.endings import AWAY, FAULTY
from gateway.config.tables.connections import ConnectionSettings
from tests.support.shipped import DEPLOY, parsed

FOLDER: Final = DEPLOY / "systemd"
UNITS: Final = sorted(FOLDER.glob("*.service"))
_ANALYZE: Final = shutil.which("systemd-analyze")
_MOST_EXPOSED: Final = 20  # of 100, as `systemd-analyze security` counts
REQUIRED: Final = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "LimitCORE": "0",
    "StateDirectoryMode": "0700",
}

each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.stem))


def service(unit: Path) -> dict[str, list[str]]:
    """What `[Service]` says: each name's values in order."""
    lines = unit.read_text("utf-8").partition("[Service]\n")[2].partition("\n[")[0].splitlines()
    found: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith("#") and line:
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_each_process_of_a_deployment_has_a_unit() -> None:
    started = {parsed(shlex.split(service(unit)["ExecStart"][0])[1:])[0] for unit in UNITS}
    assert started == {
        "teamaround serve",
        "teamaround keys serve",
        "teamaround witness serve",
        "teamaround console",
    }


@each_unit
def test_every_command_of_a_unit_can_be_read_by_the_command_line(unit: Path) -> None:
    (line,) = service(unit)["ExecStart"]
    path, *words = shlex.split(line)
    assert path == "/opt/teamaround/bin/teamaround"
    parsed(words)


def test_a_misspelt_option_in_a_unit_is_found() -> None:
    with pytest.raises(Exception, match="journl"):
        parsed(["keys", "serve", "--clients", "a", "--journl", "b"])


@each_unit
def test_a_unit_runs_under_an_account_of_its_own_without_privileges(unit: Path) -> None:
    said = {name: values[-1] for name, values in service(unit).items()}
    assert said["User"] == said["Group"] == said["StateDirectory"] == unit.stem
    assert f"u {unit.stem} - " in (FOLDER / "accounts.conf").read_text("utf-8")
    assert {name: said.get(name) for name in REQUIRED} == REQUIRED


@each_unit
def test_a_unit_is_started_again_while_a_service_is_away_and_not_for_a_faulty_file(
    unit: Path,
) -> None:
    said = service(unit)
    assert said["Restart"] == ["on-failure"]
    assert said["RestartPreventExitStatus"] == [str(FAULTY)]
    assert str(AWAY) not in said["RestartPreventExitStatus"]
    assert "\nStartLimitIntervalSec=0\n" in unit.read_text("utf-8").partition("[Service]")[0]


@each_unit
def test_a_unit_waits_for_what_is_under_way_at_a_stop(unit: Path) -> None:
    wait = ConnectionSettings()
    assert int(service(unit)["TimeoutStopSec"][0]) > wait.drain + wait.stop
    assert int(service(unit)["LimitNOFILE"][0]) > wait.in_all + wait.descriptors_kept


@pytest.mark.skipif(_ANALYZE is None, reason="systemd-analyze is not installed here")
def test_systemd_itself_takes_the_units_and_finds_little_exposed(tmp_path: Path) -> None:
    assert _ANALYZE
    installed = tmp_path / "teamaround"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    copies = [tmp_path / unit.name for unit in UNITS]
    for unit, copy in zip(UNITS, copies, strict=True):
        read = unit.read_text("utf-8")
        copy.write_text(read.replace("/opt/teamaround/bin/teamaround", str(installed)))
    run = subprocess.run  # its warnings are faults here
    verified = run([_ANALYZE, "verify", "--man=no", *copies], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    most = f"--threshold={_MOST_EXPOSED}"
    weighed = run([_ANALYZE, "security", "--offline=true", most, *copies], capture_output=True)
    assert weighed.returncode == 0, weighed.stdout
